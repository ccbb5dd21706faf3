import { describe, expect, test } from 'bun:test';
import { t } from 'elysia';
import { text, uuid, visiblePattern } from '../../api/http/schemas.ts';
import { createDocument } from '../../api/openapi/document.ts';
import { writeAmbiguousPathsOut } from '../../api/openapi/literalPaths.ts';
import { publish } from '../../api/openapi/publish.ts';
import { isStorable, isVisible } from '../../core/text.ts';
import { createTestApi } from './testApi.ts';

describe('A schema in the document', () => {
  const object = t.Object({ a: t.Optional(t.Number({ multipleOf: 1 })) }, { additionalProperties: false });

  test('A request is closed and a response is open', () => {
    const properties = { a: { type: 'integer', format: 'int64' } };
    expect(publish(object, 'request')).toEqual({ type: 'object', properties, additionalProperties: false });
    expect(publish(object, 'response')).toEqual({ type: 'object', properties });
  });

  test('A property may have the name of a keyword', () => {
    const named = t.Object({ format: t.String(), pattern: t.String() });
    expect(publish(named, 'response')).toMatchObject({
      properties: { format: { type: 'string' }, pattern: {} },
    });
  });

  test('An integer says whether it fits into 32 bits', () => {
    const formatOf = (options: object) => publish(t.Number({ multipleOf: 1, ...options }), 'request');
    expect(formatOf({ minimum: 1, maximum: 100 })).toMatchObject({ format: 'int32' });
    expect(formatOf({ minimum: 0, maximum: 2 ** 31 })).toMatchObject({ format: 'int64' });
    expect(formatOf({ minimum: -(2 ** 31), maximum: 0 })).toMatchObject({ format: 'int64' });
  });

  test('A scalar or null has two types, and a union of words is an enum', () => {
    const orNull = t.Union([t.String({ format: 'uuid' }), t.Null()], { description: 'd' });
    expect(publish(orNull, 'response')).toEqual({
      type: ['string', 'null'],
      format: 'uuid',
      description: 'd',
    });
    const words = t.Union([t.Literal('a'), t.Literal('b')]);
    expect(publish(words, 'response')).toEqual({ type: 'string', enum: ['a', 'b'] });
  });

  test('What other languages cannot read is left out, or said in another way', () => {
    const own = t.String({ format: 'our-own', pattern: '^(?=a)[^\\ud800-\\udfff]$' });
    expect(publish(own, 'request')).toEqual({ type: 'string' });
    expect(publish(uuid, 'request')).toEqual({ type: 'string', format: 'uuid', description: 'a UUID' });
    expect(publish(text(5), 'request')).toMatchObject({ minLength: 1, maxLength: 5 });
  });

  test('The pattern of a visible text accepts each character that is visible and can be stored', () => {
    const pattern = new RegExp(visiblePattern, 'u');
    const isSurrogate = (code: number) => code >= 0xd800 && code < 0xe000;
    const refused = Array.from({ length: 0x110000 }, (_, code) => code)
      .filter((code) => !isSurrogate(code) && !pattern.test(String.fromCodePoint(code)))
      .map((code) => String.fromCodePoint(code));
    expect(refused.length).toBeGreaterThan(300);
    expect(refused.filter((one) => isVisible(one) && isStorable(one))).toEqual([]);
  });

  test('The document has no surrogate and no look-around in a pattern, and only known formats', () => {
    const document = createDocument(createTestApi().api.routes, { version: '0', demo: true });
    const values = (name: string) =>
      [...document.matchAll(new RegExp(`"${name}":"((?:[^"\\\\]|\\\\.)*)"`, 'g'))].map(
        ([, value = '']) => value,
      );
    expect(values('pattern').length).toBeGreaterThan(10);
    for (const pattern of values('pattern')) expect(pattern).not.toMatch(/\\ud[89a-f]|\(\?[=!<]/i);
    for (const pattern of values('pattern'))
      expect(() => new RegExp(JSON.parse(`"${pattern}"`), 'u')).not.toThrow();
    const known = ['date', 'date-time', 'email', 'int32', 'int64', 'uri', 'uri-reference', 'uuid'];
    expect(known).toEqual(expect.arrayContaining([...new Set(values('format'))]));
  });
});

describe('A path that could be taken for another one', () => {
  const parameter = { name: 'check', in: 'path', schema: { enum: ['one', 'two_three'] } };
  const item = { post: { operationId: 'postMoneyByCheckRefunds', parameters: [parameter] } };

  test('A path with a parameter of a few words is written once for each of them', () => {
    const other = { get: { operationId: 'getMoneyRunsById', parameters: [] } };
    const paths = { '/money/{check}/refunds': item, '/money/runs/{id}': other };
    expect(writeAmbiguousPathsOut(paths)).toEqual({
      '/money/one/refunds': {
        post: { operationId: 'postMoneyOneRefunds', parameters: [], 'x-route': '/money/{check}/refunds' },
      },
      '/money/two_three/refunds': {
        post: {
          operationId: 'postMoneyTwoThreeRefunds',
          parameters: [],
          'x-route': '/money/{check}/refunds',
        },
      },
      '/money/runs/{id}': other,
    });
  });

  test('A path that is like no other stays as it is', () => {
    const paths = {
      '/money/{check}/refunds': item,
      '/money/{check}': {},
      '/runs/{id}/refunds': {},
      '/a/b/c': {},
    };
    expect(writeAmbiguousPathsOut(paths)).toEqual(paths);
  });
});
