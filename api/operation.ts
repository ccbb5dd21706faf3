import type { TSchema } from 'elysia';
import type { Check } from './check.ts';
import type { FailureKind } from './failures.ts';
import { problemJson } from './json/problem.ts';
import { problemOf, problems } from './problems.ts';
import { failureSamples, requestId } from './samples.ts';

type Tag = 'Products' | 'Orders' | 'Checkouts' | 'Queue' | 'Demo' | 'Health' | 'Docs';

type Operation = {
  readonly tag: Tag;
  readonly summary: string;
  readonly description?: string;
  /** Needs no token. */
  readonly open?: true;
  readonly parameters?: readonly Parameter[];
  readonly body?: { readonly schema: TSchema; readonly example: unknown };
  readonly answers: Readonly<Record<number, Answer>>;
  /** Besides those that every such route has. */
  readonly failures: readonly FailureKind[];
};

type Parameter = {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: object;
  readonly example?: unknown;
};

type Answer = {
  readonly description: string;
  readonly schema?: TSchema;
  readonly example?: unknown;
  /** Where it is not JSON. */
  readonly type?: string;
  readonly headers?: readonly HeaderName[];
};

/**
 * A route's entry in the OpenAPI document. The answers stand here and not in Elysia's `response`, which would
 * check each of them as it is sent; a test checks real answers against this instead.
 */
export const operation = (route: Operation): { readonly detail: object } => ({
  detail: {
    tags: [route.tag],
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    security: route.open === true ? [] : [{ token: [] }],
    parameters: route.parameters ?? [],
    ...(route.body === undefined ? {} : { requestBody: { required: true, content: json(route.body) } }),
    responses: { ...answersOf(route), ...problemsOf(failuresOf(route)) },
  },
});

/** The parameters of a query's schema. */
export const queryParameters = ({ schema }: Check<unknown>): readonly Parameter[] =>
  Object.entries<TSchema>(schema.properties).map(([name, { description, ...rest }]) => ({
    name,
    in: 'query',
    required: false,
    ...(description === undefined ? {} : { description }),
    schema: rest,
  }));

export const idParameter = (example: string): Parameter => ({
  name: 'id',
  in: 'path',
  required: true,
  schema: { type: 'string', format: 'uuid' },
  example,
});

const failuresOf = ({ open, body, failures }: Operation): ReadonlySet<FailureKind> =>
  new Set<FailureKind>([
    ...failures,
    ...(open === true ? [] : (['unauthenticated', 'forbidden', 'unavailable'] as const)),
    ...(body === undefined
      ? []
      : (['malformed_body', 'unsupported_media_type', 'body_too_large', 'validation_failed'] as const)),
    'internal',
  ]);

const json = ({ schema, example }: { readonly schema: TSchema; readonly example: unknown }) => ({
  'application/json': { schema, example },
});

const answersOf = ({ answers }: Operation) =>
  Object.fromEntries(
    Object.entries(answers).map(([status, { description, schema, example, type, headers = [] }]) => [
      status,
      {
        description,
        headers: headersOf(['x-request-id', ...headers]),
        ...(schema === undefined ? {} : { content: { [type ?? 'application/json']: { schema, example } } }),
      },
    ]),
  );

/** One response a status, with the codes that this route can give it, and an example of each. */
const problemsOf = (kinds: ReadonlySet<FailureKind>) => {
  const byStatus = Map.groupBy(kinds, (kind) => problems[kind].status);
  return Object.fromEntries(
    [...byStatus].map(([status, some]) => {
      const shown = some.map((kind) => ({ kind, ...problemOf(failureSamples[kind], requestId) }));
      const codes = [...new Set(some.map((kind) => problems[kind].code))];
      const schema = {
        allOf: [problemJson.ref, { type: 'object', properties: { code: { type: 'string', enum: codes } } }],
      };
      const examples = Object.fromEntries(shown.map(({ kind, body }) => [kind, { value: body }]));
      return [
        status,
        {
          description: codes.map((code) => `\`${code}\``).join(', '),
          headers: headersOf(['x-request-id', ...shown.flatMap(({ headers }) => Object.keys(headers))]),
          content: { 'application/problem+json': { schema, examples } },
        },
      ];
    }),
  );
};

const headerTexts: Readonly<Record<string, string>> = {
  'x-request-id': 'The id of the request: the caller’s own, where it sent a well-formed one.',
  location: 'Where the result is found.',
  'retry-after': 'Seconds to wait before it is worth sending again.',
  'idempotent-replayed': '`true` where this is the first answer again.',
  'www-authenticate': 'Why the token was not taken.',
  allow: 'The methods of this resource.',
};
type HeaderName = 'x-request-id' | 'location' | 'retry-after' | 'idempotent-replayed';

const headersOf = (names: readonly string[]) =>
  Object.fromEntries(
    names.map((name) => [
      name
        .replace(/\b[a-z]/g, (letter) => letter.toUpperCase())
        .replace('Www', 'WWW')
        .replace('Id', 'ID'),
      { description: headerTexts[name], schema: { type: 'string' } },
    ]),
  );
