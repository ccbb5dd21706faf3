import type { TSchema } from 'elysia';
import { type Access, describeAccess } from '../http/access.ts';
import type { Check } from '../http/check.ts';
import type { FailureKind } from '../http/failures.ts';
import { problemOf, problems } from '../http/problems.ts';
import { problemJson } from '../render/problem.ts';
import { commonReferences } from './commonResponses.ts';
import { publish } from './publish.ts';
import { failureSamples, requestId, samples } from './samples.ts';

const tagDescriptions = {
  Products: 'What is on sale. Anyone may read it; operators write it.',
  Orders: 'A customer orders a product, and finds the orders again.',
  Sessions: 'Signs the pages of the shop in. Programs send their token with each request.',
  Checkouts: 'Pays for one or more orders, once, however often the request is sent.',
  Refunds: 'Gives money back, in full or in part.',
  Queue: 'The unfinished work of paid orders: invoices, shipments, licences, bookings and mails.',
  Money: 'Checks that all money is accounted for, and what to do about a case.',
  Keys: 'Keys of services, each with permissions of its own.',
  'Webhook endpoints': 'Where the shop sends its events, and what came of it.',
  Customers: 'What the shop holds of a person.',
  Activity: 'Who did what: the commands of operators and services.',
  Webhooks: 'Events that the payment provider sends.',
  Demo: 'Only in demo mode: tokens, captured mails and the simulated payment provider.',
  Health: 'For load balancers and supervisors.',
  Docs: 'This reference, and a page for each problem.',
} as const;
type Tag = keyof typeof tagDescriptions;

/** The tags of the document, in this order. */
export const tags = Object.entries(tagDescriptions).map(([name, description]) => ({ name, description }));

type Operation = {
  readonly tag: Tag;
  readonly summary: string;
  readonly description?: string;
  /** The operation needs no token, or only for some of its requests. */
  readonly open?: true | 'for some';
  readonly parameters?: readonly Parameter[];
  readonly body?: {
    readonly schema: TSchema;
    readonly example: unknown;
    /** The body is read as bytes, whatever its media type, and is not validated. */
    readonly raw?: true;
  };
  readonly responses: Readonly<Record<number, OpenApiResponse>>;
  /** The failures of this route, besides those that every route has. */
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
  /** Several named examples, if one is not enough. */
  readonly examples?: Readonly<Record<string, unknown>>;
  /** The media type; JSON by default. */
  readonly type?: string;
  /** Schemas of other media types of this response, which `Accept` chooses. */
  readonly others?: Readonly<Record<string, TSchema>>;
  readonly headers?: readonly HeaderName[];
};

/**
 * Describes a route for the OpenAPI document. The entry is created at the first request for the document, so
 * that the start of the process does not wait for it. Responses are not given to Elysia as `response`, because
 * Elysia would then check every response at run time. A test checks real responses against this entry instead.
 */
export const operation = (route: Operation): { readonly detail: object } => ({
  detail: { entry: (access: Access | null) => createEntry(route, access) },
});

/** `access` is the value that the route enforces, so that the document cannot say anything else. */
const createEntry = (route: Operation, access: Access | null) => ({
  tags: [route.tag],
  summary: route.summary,
  description: descriptionOf(route, access),
  ...(access === null || access.kind === 'role' ? {} : { 'x-permission': access.permission }),
  security: securityOf(route.open),
  parameters: (route.parameters ?? []).map(({ schema, ...rest }) => ({
    ...rest,
    schema: publish(schema, 'request'),
  })),
  ...(route.body === undefined ? {} : { requestBody: { required: true, content: json(route.body) } }),
  responses: { ...responsesOf(route), ...commonReferences, ...problemResponsesOf(failuresOf(route)) },
});

/** Clients send a token only where one is listed. */
const securityOf = (open: Operation['open']) => {
  if (open === true) return [];
  return open === undefined ? [{ token: [] }] : [{}, { token: [] }];
};

const descriptionOf = ({ summary, description }: Operation, access: Access | null) => {
  const sentences = [
    description ?? `${summary}.`,
    access === null ? undefined : describeAccess(access),
  ].filter((each) => each !== undefined);
  return sentences.join(' ');
};

export const idempotencyKeyParameter = (purpose: string): Parameter => ({
  name: 'Idempotency-Key',
  in: 'header',
  required: true,
  description: `${purpose}: a UUID, with or without double quotes.`,
  // Quotes (RFC 8941) are accepted too, but no format has both forms, and generated clients send it bare. Not every
  // validator reads the format, so the pattern says it too.
  schema: {
    type: 'string',
    format: 'uuid',
    pattern: '^[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$',
  },
  example: samples.auditGuid,
});

/** The language of the mails about what is ordered. */
export const languageParameter: Parameter = {
  name: 'Accept-Language',
  in: 'header',
  required: false,
  description:
    'The language of the mails about this order, `vi` or `en`. The `locale` of the token counts first; without either, mails are in Vietnamese.',
  schema: { type: 'string' },
  example: 'en',
};

/** For a command that is done once under a key, if one is sent. */
export const optionalKeyParameter: Parameter = {
  ...idempotencyKeyParameter(
    'The same key and body give the first response again, for 24 hours. Without it, each request is a new command',
  ),
  required: false,
};

/** The failures of a command that takes a key. */
export const optionalKeyFailures = ['idempotency_key_invalid', 'idempotency_key_reused'] as const;

/** The parameters of a query string. */
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
    ...(open !== undefined ? [] : (['unauthenticated', 'forbidden', 'unavailable'] as const)),
    ...(body === undefined ? [] : bodyFailures),
    ...(body === undefined || body.raw === true
      ? []
      : (['unsupported_media_type', 'validation_failed'] as const)),
    'uri_too_long',
    'headers_too_large',
    'internal',
  ]);

const bodyFailures = ['malformed_body', 'request_timeout', 'body_too_large', 'too_many_bodies'] as const;

const json = ({ schema, example }: { readonly schema: TSchema; readonly example: unknown }) => ({
  'application/json': { schema: publish(schema, 'request'), example },
});

const responsesOf = ({ responses }: Operation) =>
  Object.fromEntries(
    Object.entries(responses).map(
      ([status, { description, schema, type, others = {}, headers = [], ...rest }]) => [
        status,
        {
          description,
          headers: headersOf(['x-request-id', ...headers]),
          ...(schema === undefined
            ? {}
            : {
                content: {
                  [type ?? 'application/json']: { schema: publish(schema, 'response'), ...examplesOf(rest) },
                  ...Object.fromEntries(
                    Object.entries(others).map(([other, schema]) => [
                      other,
                      { schema: publish(schema, 'response') },
                    ]),
                  ),
                },
              }),
        },
      ],
    ),
  );

const examplesOf = ({ example, examples }: Pick<OpenApiResponse, 'example' | 'examples'>) =>
  examples === undefined ? { example } : { examples: namedExamples(examples) };

const namedExamples = (examples: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }]));

/**
 * One response for each status, with the problem codes that this route can have, and an example of each
 * failure.
 */
const problemResponsesOf = (kinds: ReadonlySet<FailureKind>) => {
  const byStatus = Map.groupBy(kinds, (kind) => problems[kind].status);
  return Object.fromEntries(
    [...byStatus].map(([status, kindsOfStatus]) => {
      const samplesOfStatus = kindsOfStatus.map((kind) => ({
        kind,
        ...problemOf(failureSamples[kind], requestId),
      }));
      const codes = [...new Set(kindsOfStatus.map((kind) => problems[kind].code))];
      const schema = {
        allOf: [problemJson.ref, { type: 'object', properties: { code: { type: 'string', enum: codes } } }],
      };
      const examples = namedExamples(
        Object.fromEntries(samplesOfStatus.map(({ kind, body }) => [kind, body])),
      );
      return [
        status,
        {
          description: codes.map((code) => `\`${code}\``).join(', '),
          headers: headersOf([
            'x-request-id',
            ...samplesOfStatus.flatMap(({ headers }) => Object.keys(headers)),
          ]),
          content: { 'application/problem+json': { schema, examples } },
        },
      ];
    }),
  );
};

const headerDescriptions: Readonly<Record<string, string>> = {
  'x-request-id': 'The request id. It is the caller’s id if the caller sent a valid one.',
  location: 'The path of the created resource.',
  'retry-after': 'Seconds to wait before the next attempt.',
  'idempotent-replayed': '`true` if this is the stored response of an earlier request.',
  'www-authenticate': 'The authentication scheme, and why the token was rejected.',
  'set-cookie': 'The cookie of the session.',
  etag: 'Changes when the content does. Send it back as `If-None-Match`.',
  'content-disposition': 'The name of the file.',
  connection: '`close`: the server ends the connection after this response.',
  allow: 'The supported methods of this resource.',
  ratelimit: 'The limit that is reached: `r` is what is left of it, `t` the seconds until there is more.',
  'ratelimit-policy':
    'The limit: `q` is how many are allowed, `w` in how many seconds. Without `w`, one counts until it ends.',
};
type HeaderName =
  | 'x-request-id'
  | 'location'
  | 'retry-after'
  | 'idempotent-replayed'
  | 'etag'
  | 'set-cookie'
  | 'content-disposition';

const headersOf = (names: readonly string[]) =>
  Object.fromEntries(
    names.map((name) => [
      name
        .replace(/\b[a-z]/g, (letter) => letter.toUpperCase())
        .replace('Www', 'WWW')
        .replace('Ratelimit', 'RateLimit')
        .replace('Id', 'ID'),
      { description: headerDescriptions[name], schema: { type: 'string' } },
    ]),
  );
