type Parameter = { readonly in: string; readonly name: string };

/** An operation as OpenAPI writes it. */
export type PathOperation = {
  readonly operationId: string;
  readonly parameters?: readonly unknown[];
};

/** The path of a route as OpenAPI writes it: `/orders/:id` is `/orders/{id}`. */
export const toPathTemplate = (path: string): string => path.replace(/:(\w+)/g, '{$1}');

const capitalize = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/**
 * The name that generated clients give to the call: `GET /orders/{id}` is `getOrdersById`. A change of it breaks them.
 */
export const operationIdOf = (method: string, template: string): string =>
  `${method.toLowerCase()}${template
    .split('/')
    .map((part) => capitalize(part.replace(/^\{(\w+)\}$/, (_, name: string) => `By${capitalize(name)}`)))
    .join('')}`;

const isParameter = (value: unknown): value is Parameter =>
  typeof value === 'object' && value !== null && 'in' in value && 'name' in value;

/** The operation of a route: what it says of itself, its name, and each part of its path that it says nothing of. */
export const describeRoute = (
  method: string,
  template: string,
  detail: { readonly parameters?: readonly unknown[] },
): PathOperation => {
  const { parameters = [] } = detail;
  const described = parameters.filter(isParameter).filter((parameter) => parameter.in === 'path');
  const missing = [...template.matchAll(/\{(\w+)\}/g)]
    .map(([, name = '']) => name)
    .filter((name) => !described.some((parameter) => parameter.name === name))
    .map((name) => ({ schema: { type: 'string' }, in: 'path', name, required: true }));
  return {
    operationId: operationIdOf(method, template),
    ...detail,
    ...(missing.length > 0 && { parameters: [...missing, ...parameters] }),
  };
};
