import { isRecord } from './record.ts';

type Paths = Readonly<Record<string, unknown>>;

/**
 * `/money/{check}/refunds` and `/money/reconciliations/{id}` both fit `/money/reconciliations/refunds`, and a reader of
 * the document cannot see which one is meant. A check is one of a few words, so such a path is written once for each
 * of them. `x-route` keeps the path of the route.
 */
export const writeAmbiguousPathsOut = (paths: Paths): Paths => {
  const all = Object.keys(paths);
  return Object.fromEntries(
    Object.entries(paths).flatMap(([path, item]) => {
      const parameter = all.some((other) => other !== path && isAmbiguous(path, other))
        ? wordParameterOf(item)
        : null;
      if (parameter === null || !isRecord(item)) return [[path, item]];
      return parameter.words.map((word) => [
        path.replace(`{${parameter.name}}`, word),
        Object.fromEntries(
          Object.entries(item).map(([method, operation]) => [
            method,
            writeOut(operation, path, parameter.name, word),
          ]),
        ),
      ]);
    }),
  );
};

const isVariable = (segment: string | undefined): boolean => segment?.startsWith('{') === true;

const isAmbiguous = (one: string, other: string): boolean => {
  const [a, b] = [one.split('/'), other.split('/')];
  const variables = (segments: readonly string[]) => segments.filter(isVariable).length;
  return (
    a.length === b.length &&
    variables(a) === variables(b) &&
    a.every((segment, index) => segment === b[index] || isVariable(segment) || isVariable(b[index]))
  );
};

type WordParameter = { readonly name: string; readonly words: readonly string[] };

const parametersOf = (operation: unknown): readonly Readonly<Record<string, unknown>>[] =>
  isRecord(operation) && Array.isArray(operation.parameters) ? operation.parameters.filter(isRecord) : [];

/** The first path parameter that is one of a few words. */
const wordParameterOf = (item: unknown): WordParameter | null => {
  const parameters = isRecord(item) ? Object.values(item).flatMap(parametersOf) : [];
  for (const { name, schema, in: place } of parameters)
    if (place === 'path' && typeof name === 'string' && isRecord(schema) && Array.isArray(schema.enum))
      return { name, words: schema.enum.map(String) };
  return null;
};

const capitalize = (word: string): string =>
  word.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());

const writeOut = (operation: unknown, path: string, name: string, word: string): unknown => {
  if (!isRecord(operation)) return operation;
  const parameters = parametersOf(operation).filter((one) => one.name !== name);
  const id = String(operation.operationId).replace(`By${capitalize(name)}`, capitalize(word));
  return { ...operation, operationId: id, parameters, 'x-route': path };
};
