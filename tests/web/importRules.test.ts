import { describe, expect, test } from 'bun:test';
import { anything, assert, constant, constantFrom, oneof, property, string } from 'fast-check';
import { createCheck } from '../../api/http/check.ts';
import { normalizeFields, productDraft } from '../../api/http/productSchemas.ts';
import { pipelines } from '../../core/pipelines/index.ts';
import { normalizeCode as normalizeCodeOfCore } from '../../core/text.ts';
import {
  isCode,
  isName,
  isPicture,
  normalizeCode,
  readStock,
} from '../../web/console/products/draftRules.ts';
import { findColumns } from '../../web/console/products/importTable.ts';
import type { ImportOptions } from '../../web/console/products/judgeRows.ts';
import { judgeRows } from '../../web/console/products/judgeRows.ts';
import { parseJson } from '../../web/console/products/readJson.ts';

/** The preview of an import finds what the API would refuse, and nothing else. The API's own checks are the judge. */

const draft = {
  code: 'A-1',
  name: 'Áo thun nam',
  type: 'physical',
  price: { amount: 120_000, currency: 'VND' },
  stock: 5,
  imageUrl: null,
};
const api = createCheck(productDraft);
const takes = (changes: object): boolean => api.read({ ...draft, ...changes }).isOk();

const options: ImportOptions = {
  mark: 'auto',
  currency: '',
  type: '',
  types: new Map([...pipelines.keys()].map((name) => [name, name])),
};

/** Characters that nobody sees, those that turn text around, those that databases refuse, and usual ones. */
const strange = string({
  unit: constantFrom(
    ...'aÁđ 9-_/:.?#%[]',
    ...'\u00a0\u00ad\u0301\u0344\u061c\u115f\u180e\u200b\u200e\u2028\u202e\u2066\u2069\u2800\ufe0f\ufeff\ufff9',
    ...'\0\t\n\x7f\x85',
    '\ud800',
    '👍',
    '\u{1d159}',
    '\u{e0041}',
  ),
  maxLength: 8,
});
const long = (length: number) =>
  constantFrom('x'.repeat(length), 'x'.repeat(length + 1), '👍'.repeat(length));

describe('The rules of a preview', () => {
  test('A code is possible where the API takes it, and has the same form', () => {
    assert(
      property(oneof(strange, string(), long(64)), (code) => {
        expect([code, isCode(code)]).toEqual([code, takes({ code })]);
        expect(normalizeCode(code)).toBe(normalizeCodeOfCore(code));
      }),
      { numRuns: 500 },
    );
  });

  test('A name is possible where the API takes it', () => {
    assert(
      property(oneof(strange, string(), long(200)), (name) => {
        expect([name, isName(name)]).toEqual([name, takes({ name })]);
      }),
      { numRuns: 500 },
    );
  });

  test('An address of a picture is possible where the API takes it', () => {
    const parts = constantFrom('http://', 'https://', 'HTTPS://', 'ftp://', '/images/', '//', 'javascript:');
    const addresses = property(
      oneof(strange, constantFrom('a.b/c.png', 'tea.svg', 'x'.repeat(2_040), 'x'.repeat(2_041), '[', 'a b')),
      parts,
      (rest, start) => {
        const imageUrl = start + rest;
        expect([imageUrl, isPicture(imageUrl)]).toEqual([imageUrl, takes({ imageUrl })]);
      },
    );
    assert(addresses, { numRuns: 500 });
  });

  test('A stock is a whole number that the API takes, or none for what cannot run out', () => {
    for (const [text, stock] of [
      ['0', 0],
      ['1.200', 1_200],
      ['1 000 000', 1_000_000],
      ['1000000000', 1_000_000_000],
      ['∞', null],
      ['Không giới hạn', null],
      ['unlimited', null],
    ] as const) {
      expect(readStock(text)).toEqual({ kind: 'stock', stock });
      expect(takes({ stock })).toBe(true);
    }
    for (const text of ['-1', '1.5', '1e3', 'many', '1000000001', '1.2.3', '12,34'])
      expect([text, readStock(text).kind]).toEqual([text, 'problem']);
    expect(takes({ stock: 1_000_000_001 })).toBe(false);
  });

  /** What somebody might have in a file: mostly near to what is right. */
  const fields = {
    code: oneof(constant('A-1'), strange, anything()),
    name: oneof(constant('Áo'), strange, anything()),
    type: oneof(constant('physical'), constantFrom('digital', 'Physical', 'weapon', '', null)),
    amount: oneof(constant(5), constantFrom(0, -1, 1.5, 1_000_000_000_000, 1_000_000_000_001, '5', null)),
    currency: oneof(constant('VND'), constantFrom('USD', 'vnd', 'XAU', '', 'ZZZ', null)),
    stock: oneof(constant(5), constantFrom(null, undefined, -1, 0.5, 1_000_000_001, '')),
    imageUrl: oneof(
      constant(null),
      constantFrom(undefined, '', 'http://a', '/images/a.png', '/images/', 'x'),
    ),
  };

  test('What is sent of a file of JSON is taken by the API, and what the API takes is sent', () => {
    assert(
      property(
        fields.code,
        fields.name,
        fields.type,
        fields.amount,
        fields.currency,
        fields.stock,
        fields.imageUrl,
        (code, name, type, amount, currency, stock, imageUrl) => {
          const entry = { code, name, type, price: { amount, currency }, stock, imageUrl };
          const text = JSON.stringify([entry]);
          const table = parseJson(text);
          const columns = findColumns(table?.headers ?? []);
          if (table === null || 'kind' in columns) return;
          const [row] = judgeRows(table, columns, options);
          const known = api.read(JSON.parse(text)[0]);
          // Blanks around a name are a slip of whoever typed it.
          if (known.isOk())
            expect(normalizeFields(row?.draft ?? draft)).toEqual(
              normalizeFields({ ...known.value, name: known.value.name.trim() }),
            );
          if (row?.draft !== null) expect(api.read(row?.draft).isOk()).toBe(true);
          expect(row?.draft === null).toBe(row?.problems.length !== 0);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
