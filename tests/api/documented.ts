import { expect } from 'bun:test';
import type { ValidateFunction } from 'ajv';
import Ajv from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import type { Reply } from './api.ts';
import type { Served } from './sharedApp.ts';

/** What we read of an OpenAPI document. */
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
};
type Content = {
  readonly schema: object;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
};

type Described = { readonly document: Document; validates(schema: object): ValidateFunction };

const described = new Map<string, Promise<Described>>();

/** The document that an app serves, with a validator for the schemas in it; made once for the same routes. */
export const describedBy = (api: Served): Promise<Described> => {
  const routes = api.routes.map(({ method, path }) => `${method} ${path}`).join();
  const known = described.get(routes) ?? describe(api);
  described.set(routes, known);
  return known;
};

const describe = async (api: Served): Promise<Described> => {
  const response = await api.handle(new Request('http://localhost/docs/json'));
  const document: Document = JSON.parse(await response.text());
  const components = JSON.stringify(document.components);
  const validates = validating.get(components) ?? validatingWith(document.components);
  validating.set(components, validates);
  return { document, validates };
};

/** By the components, which are the same in every role's document. */
const validating = new Map<string, Described['validates']>();

const validatingWith = (components: Document['components']): Described['validates'] => {
  // Each component is compiled once, and not again wherever it is referred to. That the schemas are ones is for
  // `openapi.test.ts` to see.
  const ajv = new Ajv({
    strict: false,
    meta: false,
    validateSchema: false,
    allErrors: true,
    inlineRefs: false,
    code: { optimize: false },
    formats: { 'iso-4217': /^[A-Z]{3}$/ },
  });
  addFormats.default(ajv);
  ajv.addSchema({ $id: 'http://localhost/', components });
  // By what they say: many operations give the same answer.
  const compiled = new Map<string, ValidateFunction>();
  return (schema) => {
    const text = JSON.stringify(schema).replaceAll('"#/components/', '"http://localhost/#/components/');
    const validate = compiled.get(text) ?? ajv.compile(JSON.parse(text));
    compiled.set(text, validate);
    return validate;
  };
};

/**
 * Fails where the route's entry in the document lacks this answer, or tells something else of it. What no
 * route answers must be a problem; `HEAD` and `OPTIONS` stand in no entry.
 */
export const expectDocumented = async (
  api: Served,
  method: string,
  path: string,
  { status, headers, body }: Reply,
): Promise<void> => {
  expect(headers.get('x-request-id')).toMatch(/^[A-Za-z0-9._-]{1,64}$/);
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  if (method === 'HEAD' || method === 'OPTIONS') return;
  const { document, validates } = await describedBy(api);
  const operation = operationFor(document, method, path);
  const type = headers.get('content-type')?.split(';')[0];
  if (operation === undefined) {
    expect(type).toBe('application/problem+json');
    expectValid(validates({ $ref: '#/components/schemas/Problem' }), body);
    return;
  }
  const response = operation.responses[status];
  if (response === undefined) throw new Error(`${method} ${path} does not document ${status}`);
  for (const name of ['location', 'retry-after', 'idempotent-replayed', 'www-authenticate']) {
    const names = Object.keys(response.headers).map((one) => one.toLowerCase());
    if (headers.has(name) && !names.includes(name))
      throw new Error(`${method} ${path} ${status} does not document the header ${name}`);
  }
  if (response.content === undefined) {
    expect(body).toBe('');
    return;
  }
  const content = response.content[type ?? ''] ?? response.content['*/*'];
  if (content === undefined) throw new Error(`${method} ${path} ${status} does not document ${type}`);
  expectValid(validates(content.schema), body);
};

/** Every operation, with its method in upper case. */
export const operationsOf = ({ paths }: Document) =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );

const operationFor = ({ paths }: Document, method: string, pathAndQuery: string): Operation | undefined => {
  const path = pathAndQuery.split('?')[0] ?? '';
  const exact = paths[path];
  const pattern = Object.keys(paths).find((one) =>
    new RegExp(`^${one.replace(/\{\w+\}/g, '[^/]+')}$`).test(path),
  );
  return (exact ?? paths[pattern ?? ''])?.[method.toLowerCase()];
};

export const expectValid = (validate: ValidateFunction, value: unknown): void => {
  if (!validate(value)) {
    throw new Error(`${JSON.stringify(validate.errors, null, 2)}\nin ${JSON.stringify(value, null, 2)}`);
  }
};
