import type { TSchema } from 'elysia';
import type { Check } from '../http/check.ts';
import type { FailureKind } from '../http/failures.ts';
import { problemOf, problems } from '../http/problems.ts';
import { problemJson } from '../render/problem.ts';
import { failureSamples, requestId, samples } from './samples.ts';

export const tags = [
  'Products',
  'Orders',
  'Checkouts',
  'Refunds',
  'Queue',
  'Money',
  'Webhooks',
  'Demo',
  'Health',
  'Docs',
] as const;

type Operation = {
  readonly tag: (typeof tags)[number];
  readonly summary: string;
  readonly description?: string;
  /** Needs no token. */
  readonly open?: true;
  readonly parameters?: readonly Parameter[];
  readonly body?: {
    readonly schema: TSchema;
    readonly example: unknown;
    /** Taken to the byte and whatever its type, so that nothing of it can be refused for its form. */
    readonly raw?: true;
  };
  readonly responses: Readonly<Record<number, OpenApiResponse>>;
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

type OpenApiResponse = {
  readonly description: string;
  readonly schema?: TSchema;
  readonly example?: unknown;
  /** By name, where one does not show all that it can be. */
  readonly examples?: Readonly<Record<string, unknown>>;
  /** Where it is not JSON. */
  readonly type?: string;
  readonly headers?: readonly HeaderName[];
};

/**
 * A route's entry in the OpenAPI document. It is written when the document is asked for, so that no start waits
 * for it. The answers stand here and not in Elysia's `response`, which would check each of them as it is sent;
 * a test checks real answers against this instead.
 */
export const operation = (route: Operation): { readonly detail: object } => ({
  detail: { entry: () => entryOf(route) },
});

const entryOf = (route: Operation) => ({
  tags: [route.tag],
  summary: route.summary,
  ...(route.description === undefined ? {} : { description: route.description }),
  security: route.open === true ? [] : [{ token: [] }],
  parameters: route.parameters ?? [],
  ...(route.body === undefined ? {} : { requestBody: { required: true, content: json(route.body) } }),
  responses: { ...answersOf(route), ...problemsOf(failuresOf(route)) },
});

export const idempotencyKeyParameter = (names: string): Parameter => ({
  name: 'Idempotency-Key',
  in: 'header',
  required: true,
  description: `${names}: a UUID, bare or in double quotes.`,
  schema: { type: 'string' },
  example: samples.auditGuid,
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
    ...(body === undefined ? [] : (['malformed_body', 'body_too_large'] as const)),
    ...(body === undefined || body.raw === true
      ? []
      : (['unsupported_media_type', 'validation_failed'] as const)),
    'internal',
  ]);

const json = ({ schema, example }: { readonly schema: TSchema; readonly example: unknown }) => ({
  'application/json': { schema, example },
});

const answersOf = ({ responses: answers }: Operation) =>
  Object.fromEntries(
    Object.entries(answers).map(([status, { description, schema, type, headers = [], ...shown }]) => [
      status,
      {
        description,
        headers: headersOf(['x-request-id', ...headers]),
        ...(schema === undefined
          ? {}
          : { content: { [type ?? 'application/json']: { schema, ...examplesOf(shown) } } }),
      },
    ]),
  );

const examplesOf = ({ example, examples }: Pick<OpenApiResponse, 'example' | 'examples'>) =>
  examples === undefined ? { example } : { examples: named(examples) };

const named = (examples: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }]));

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
      const examples = named(Object.fromEntries(shown.map(({ kind, body }) => [kind, body])));
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
