import { expect } from 'bun:test';
import type { ValidateFunction } from 'ajv';
import Ajv from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import type { Reply } from './reply.ts';
import type { TestApp } from './sharedApp.ts';

/** The parts of an OpenAPI document that the tests read. */
export type Document = {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, object>>;
    readonly securitySchemes: Readonly<Record<string, object>>;
  };
};
export type Operation = {
  readonly operationId: string;
  readonly summary?: string;
  readonly description?: string;
  readonly 'x-permission'?: string;
  readonly tags: readonly string[];
  readonly security: readonly object[];
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema: object }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Content>> };
  readonly responses: Readonly<Record<string, Response>>;
};
type Response = {
  readonly description: string;
  readonly headers: Readonly<Record<string, object>>;
  readonly content?: Readonly<Record<string, Content>>;
  /** Any request can have it. */
  readonly isShared?: true;
};
type Content = {
  readonly schema: object;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
};

type DocumentWithSchemas = { readonly document: Document; validatorOf(schema: object): ValidateFunction };

const documents = new Map<string, Promise<DocumentWithSchemas>>();

/**
 * The document that an app serves, and a validator for its schemas. Loaded once for apps with the same routes.
 */
export const documentOf = (api: TestApp): Promise<DocumentWithSchemas> => {
  const routes = api.routes.map(({ method, path }) => `${method} ${path}`).join();
  const document = documents.get(routes) ?? loadDocument(api);
  documents.set(routes, document);
  return document;
};

const loadDocument = async (api: TestApp): Promise<DocumentWithSchemas> => {
  const response = await api.handle(new Request('http://localhost/docs/json'));
  const document = readDocument(await response.text());
  const components = JSON.stringify(document.components);
  const validatorOf = validators.get(components) ?? createValidator(document.components);
  validators.set(components, validatorOf);
  return { document, validatorOf };
};

/**
 * Responses are open in the document, and a test wants to know of each field that is not in it, so objects are closed
 * again here. Shared responses are put in their places, and a path that the document writes out for each word of a
 * parameter has one entry, as its route has.
 */
const readDocument = (text: string): Document => {
  const document = JSON.parse(text, (key, value) => (key === 'allOf' ? value.map(open) : close(value)));
  const paths: Record<string, Record<string, Operation>> = {};
  for (const [path, methods] of Object.entries<Record<string, Operation & { 'x-route'?: string }>>(
    document.paths,
  ))
    for (const [method, operation] of Object.entries(methods)) {
      const route = operation['x-route'] ?? path;
      paths[route] = {
        ...paths[route],
        [method]: {
          ...operation,
          parameters: [...missingPathParameters(route, path), ...operation.parameters],
          responses: Object.fromEntries(
            Object.entries(operation.responses).map(([status, one]) => [status, resolve(document, one)]),
          ),
        },
      };
    }
  return { ...document, paths };
};

/** The parameters that the document has replaced by one of their words. */
const missingPathParameters = (route: string, path: string) =>
  (route.match(/(?<=\{)\w+(?=\})/g) ?? [])
    .filter((name) => !path.includes(`{${name}}`))
    .map((name) => ({ name, in: 'path', schema: { type: 'string' } }));

const close = (value: unknown): unknown =>
  typeof value === 'object' &&
  value !== null &&
  'properties' in value &&
  'type' in value &&
  value.type === 'object' &&
  !('additionalProperties' in value)
    ? { ...value, additionalProperties: false }
    : value;

/** The parts of an `allOf` see only some of the fields each. */
const open = <T extends object>(part: T): Omit<T, 'additionalProperties'> => {
  const { additionalProperties: _, ...rest } = part as T & { additionalProperties?: unknown };
  return rest;
};

const resolve = (
  { components }: { components: { responses: Record<string, Response> } },
  response: Response & { readonly $ref?: string },
): Response => {
  const shared = components.responses[response.$ref?.split('/').at(-1) ?? ''];
  return shared === undefined ? response : { ...shared, isShared: true };
};

/** By the components, which are the same for every role. */
const validators = new Map<string, DocumentWithSchemas['validatorOf']>();

const createValidator = (components: Document['components']): DocumentWithSchemas['validatorOf'] => {
  // Each component is compiled once, and not again at each reference. `openapi.test.ts` checks that the schemas
  // are valid.
  const ajv = new Ajv({
    strict: false,
    meta: false,
    validateSchema: false,
    allErrors: true,
    inlineRefs: false,
    code: { optimize: false },
  });
  addFormats.default(ajv);
  ajv.addSchema({ $id: 'http://localhost/', components });
  // By their text, because many operations have the same response.
  const compiled = new Map<string, ValidateFunction>();
  return (schema) => {
    const text = JSON.stringify(schema).replaceAll('"#/components/', '"http://localhost/#/components/');
    const validate = compiled.get(text) ?? ajv.compile(JSON.parse(text));
    compiled.set(text, validate);
    return validate;
  };
};

/** Headers that only some responses have. */
const documentedHeaders = [
  'allow',
  'content-disposition',
  'etag',
  'idempotent-replayed',
  'location',
  'ratelimit',
  'ratelimit-policy',
  'retry-after',
  'set-cookie',
  'www-authenticate',
];

/**
 * Throws if the route's entry in the document does not contain this response, or does not match it. A response
 * to a path without a route must be a problem. `HEAD` and `OPTIONS` are not in the document.
 */
export const expectDocumented = async (
  api: TestApp,
  method: string,
  path: string,
  { status, headers, body }: Reply,
): Promise<void> => {
  expect(headers.get('x-request-id')).toMatch(/^[A-Za-z0-9._-]{1,64}$/);
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  if (method === 'HEAD' || method === 'OPTIONS') return;
  const { document, validatorOf } = await documentOf(api);
  const operation = isServed(api, method, path) ? operationFor(document, method, path) : undefined;
  const type = headers.get('content-type')?.split(';')[0];
  if (operation === undefined) {
    expect(type).toBe('application/problem+json');
    expectValid(validatorOf({ $ref: '#/components/schemas/Problem' }), body);
    return;
  }
  const response = operation.responses[status];
  if (response === undefined) throw new Error(`${method} ${path} does not document ${status}`);
  const names = Object.keys(response.headers).map((header) => header.toLowerCase());
  for (const name of documentedHeaders) {
    if (headers.has(name) && !names.includes(name))
      throw new Error(`${method} ${path} ${status} does not document the header ${name}`);
  }
  if (response.content === undefined) {
    expect(body).toBe('');
    return;
  }
  const content = response.content[type ?? ''] ?? response.content['*/*'];
  if (content === undefined) throw new Error(`${method} ${path} ${status} does not document ${type}`);
  expectValid(validatorOf(content.schema), body);
};

/** False for the pages of the shop and their files, which are no API. */
export const isDocumented = ({ hooks }: TestApp['routes'][number]): boolean => hooks.detail !== undefined;

/** Every operation, with its method in upper case. */
export const operationsOf = ({ paths }: Document) =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );

/** The document has the routes of all roles. */
const isServed = ({ routes }: TestApp, method: string, pathAndQuery: string): boolean => {
  const path = pathAndQuery.split('?')[0] ?? '';
  return routes.some(
    (route) => route.method === method && new RegExp(`^${route.path.replace(/:\w+/g, '[^/]+')}$`).test(path),
  );
};

const operationFor = ({ paths }: Document, method: string, pathAndQuery: string): Operation | undefined => {
  const path = pathAndQuery.split('?')[0] ?? '';
  const exact = paths[path];
  const pattern = Object.keys(paths).find((template) =>
    new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`).test(path),
  );
  return (exact ?? paths[pattern ?? ''])?.[method.toLowerCase()];
};

export const expectValid = (validate: ValidateFunction, value: unknown): void => {
  if (!validate(value)) {
    throw new Error(`${JSON.stringify(validate.errors, null, 2)}\nin ${JSON.stringify(value, null, 2)}`);
  }
};
