import { expect, test } from 'bun:test';
import { documentOf, operationsOf } from './documentedResponse.ts';
import { createTestApi } from './testApi.ts';

type Schema = {
  readonly $ref?: string;
  readonly type?: string;
  readonly description?: string;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
};

const { document } = await documentOf(createTestApi().api);
const components: Readonly<Record<string, Schema>> = JSON.parse(JSON.stringify(document)).components.schemas;

/** Descriptions that an error of a body shows after “Expected”. */
const shownIn = (schema: Schema): readonly string[] => {
  const { $ref, type, description, items, properties = {}, anyOf = [], oneOf = [] } = schema;
  if ($ref !== undefined) return shownIn(components[$ref.split('/').at(-1) ?? ''] ?? {});
  const parts = [...Object.values(properties), ...anyOf, ...oneOf, ...(items === undefined ? [] : [items])];
  const isShown = description !== undefined && (type === 'string' || anyOf.length > 0);
  return [...(isShown ? [description] : []), ...parts.flatMap(shownIn)];
};

test('What is expected of each text of a body is the end of a sentence that begins with “Expected”', () => {
  const texts = operationsOf(document).flatMap(({ operation }) => {
    const body: unknown = operation.requestBody;
    const content = JSON.parse(JSON.stringify(body ?? {})).content ?? {};
    return Object.values<{ schema: Schema }>(content).flatMap(({ schema }) => shownIn(schema));
  });
  expect(texts.length).toBeGreaterThan(20);
  expect([...new Set(texts)].filter((text) => /^[A-Z]|\.$/.test(text))).toEqual([]);
});
