import { describe, expect, test } from 'bun:test';
import Ajv from 'ajv/dist/2020';
import { problemCodes } from '../../api/http/problems.ts';
import {
  type Document,
  documentOf,
  expectValid,
  isDocumented,
  type Operation,
  operationsOf,
} from './documentedResponse.ts';
import { createTestApi } from './testApi.ts';

const { document, validatorOf } = await documentOf(createTestApi().api);

const operations = operationsOf(document);

/** Commands that the path alone says. */
const withoutBody = /^\/webhook-endpoints\/.*\/(?:test|resend)$/;

describe('The OpenAPI document', () => {
  test('The document is OpenAPI 3.1, and each operation is unique and complete', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/);
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { method, path, operation } of operations) {
      const pathParameters = operation.parameters
        .filter((one) => one.in === 'path')
        .map(({ name }) => `{${name}}`);
      expect([...(path.match(/\{\w+\}/g) ?? [])]).toEqual(pathParameters);
      expect(operation.summary).toBeTruthy();
      expect(operation.tags).toHaveLength(1);
      const hasBody = (method === 'POST' || method === 'PATCH') && !withoutBody.test(path);
      expect(operation.requestBody !== undefined).toBe(hasBody);
      for (const [status, response] of Object.entries(operation.responses)) {
        expect(status).toMatch(/^[2-5]\d\d$/);
        expect(response.description).toBeTruthy();
        expect(Object.keys(response.headers)).toContain('X-Request-ID');
      }
    }
  });

  test('Each reference has a component, and each component is used', () => {
    const references = JSON.stringify(document).match(/"\$ref":"[^"]+"/g) ?? [];
    const names = new Set(references.map((one) => one.slice('"$ref":"#/components/schemas/'.length, -1)));
    expect([...names].sort()).toEqual(Object.keys(document.components.schemas).sort());
    expect(Object.keys(document.components.securitySchemes)).toEqual(['token']);
  });

  test('No schema has the name of a function that the Go generator makes for another schema', () => {
    const names = Object.keys(document.components.schemas);
    const ofGo = names.flatMap((name) => [`New${name}`, `New${name}WithDefaults`, `Nullable${name}`]);
    expect(names.filter((name) => ofGo.includes(name))).toEqual([]);
  });

  test('All schemas are valid JSON Schema 2020-12', () => {
    const inline = operations.flatMap(({ operation }) => [
      ...operation.parameters.map(({ schema }) => schema),
      ...contentsOf(operation).map(({ schema }) => schema),
    ]);
    const $defs = { ...document.components.schemas, ...inline };
    const ajv = new Ajv({ strict: false, logger: false });
    expect(ajv.validateSchema({ $defs }) ? null : ajv.errors).toBeNull();
    expect(ajv.validateSchema({ $defs: { broken: { type: 'text' } } })).toBe(false);
  });

  test('The document uses enum and integer and not the forms of TypeBox', () => {
    const text = JSON.stringify(document);
    expect(text.match(/"multipleOf"|"anyOf":\[\{"const"/g)).toBeNull();
    expect(text.includes(`"x-extensible-enum":${JSON.stringify(problemCodes)}`)).toBe(true);
  });

  test.each(['all', 'checkout', 'read'] as const)(
    'The document that the role %s serves lists the routes of the whole product',
    async (role) => {
      for (const demo of [true, false]) {
        const { api } = createTestApi({ role, demo });
        const whole = createTestApi({ demo }).api.routes.filter(isDocumented);
        const routes = whole.map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
        expect(listed((await documentOf(api)).document)).toEqual(routes.sort());
      }
    },
  );

  const listed = ({ paths }: Document) =>
    Object.entries(paths)
      .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`))
      .sort();

  for (const { method, path, operation } of operations) {
    test(`The examples of ${method} ${path} are valid`, () => {
      for (const content of contentsOf(operation)) {
        const shown = Object.values(content.examples ?? {}).map(({ value }) => value);
        const examples = content.example === undefined ? shown : [content.example, ...shown];
        for (const example of examples) expectValid(validatorOf(content.schema), example);
      }
      const [json] = Object.values(operation.requestBody?.content ?? {});
      expect(json?.example === undefined).toBe(operation.requestBody === undefined);
    });
  }

  const contentsOf = ({ requestBody, responses }: Operation) => [
    ...Object.values(requestBody?.content ?? {}),
    ...Object.values(responses).flatMap(({ content = {} }) => Object.values(content)),
  ];
});
