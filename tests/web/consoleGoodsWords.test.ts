import { describe, expect, test } from 'bun:test';
import { pipelines } from '../../core/pipelines/index.ts';
import { describeFile, describeRows, notTakenLines } from '../../web/console/products/describeImport.ts';
import type { FileProblem } from '../../web/console/products/importTable.ts';
import type { JudgedRow, RowProblem } from '../../web/console/products/judgeRows.ts';
import { consoleEnImport } from '../../web/words/consoleEnImport.ts';
import { consoleEnProducts } from '../../web/words/consoleEnProducts.ts';
import { consoleEnRecords } from '../../web/words/consoleEnRecords.ts';
import { consoleViImport } from '../../web/words/consoleViImport.ts';
import { consoleViProducts } from '../../web/words/consoleViProducts.ts';
import { consoleViRecords } from '../../web/words/consoleViRecords.ts';

const words = {
  en: { ...consoleEnImport, product: consoleEnProducts, records: consoleEnRecords },
  vi: { ...consoleViImport, product: consoleViProducts, records: consoleViRecords },
};

/** Every text by its path. A function says what it is given. */
const textsOf = (value: unknown, path = ''): readonly (readonly [string, string])[] => {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value === 'function') {
    const given = path === '/range' ? { first: '⟨1⟩', last: '⟨2⟩', total: '⟨3⟩' } : '⟨1⟩';
    return [[path, String(value(given, '⟨2⟩'))]];
  }
  return Object.entries(value as object).flatMap(([name, inner]) => textsOf(inner, `${path}/${name}`));
};

describe.each(['en', 'vi'] as const)('The words of the goods in “%s”', (language) => {
  const texts = textsOf(words[language]);

  test('No text is empty, shouts, or has a space at its ends', () => {
    expect(texts.length).toBeGreaterThan(200);
    expect(texts.filter(([, text]) => text.trim() === '' || text !== text.trim())).toEqual([]);
    expect(texts.filter(([, text]) => /[!！]|\bOK\b|undefined|\[object/.test(text))).toEqual([]);
  });

  test('Every product type has a name', () => {
    expect(Object.keys(words[language].product.types).toSorted()).toEqual([...pipelines.keys()].toSorted());
  });

  test('Every problem of a row and of a file is a sentence', () => {
    const rows: readonly RowProblem[] = [
      { kind: 'not_a_price' },
      { kind: 'negative_price' },
      { kind: 'price_too_large' },
      { kind: 'ambiguous_price' },
      { kind: 'too_many_decimals', decimals: 0 },
      { kind: 'too_many_decimals', decimals: 2 },
      { kind: 'not_a_row' },
      { kind: 'extra_cells' },
      { kind: 'open_quote' },
      { kind: 'missing', field: 'imageUrl' },
      { kind: 'invalid', field: 'amount' },
      { kind: 'same_code', rows: [2, 3, 4, 5, 6, 7] },
      { kind: 'stock_needed' },
      { kind: 'refused', message: 'x' },
    ];
    const said = rows.map((problem) => describeRows([problem], words[language]));
    expect(new Set(said).size).toBe(rows.length);
    expect(said.find((text) => text.includes('2, 3'))).toEndWith('2, 3, 4, 5, 6, …');
    const files: readonly FileProblem[] = [
      { kind: 'empty' },
      { kind: 'not_text' },
      { kind: 'not_json' },
      { kind: 'too_large' },
      { kind: 'unreadable' },
      { kind: 'columns_missing', fields: ['code', 'price'] },
      { kind: 'column_twice', field: 'code', headers: ['SKU', 'code'] },
    ];
    expect(new Set(files.map((problem) => describeFile(problem, words[language]))).size).toBe(files.length);
  });
});

test('Vietnamese is not left in English', () => {
  const english = new Map(textsOf(words.en));
  const same = textsOf(words.vi).filter(([path, text]) => english.get(path) === text);
  expect(same.map(([path]) => path)).toEqual(['/product/changeStock/changed']);
});

test('What was not taken keeps the columns of the file, with the problem and what stood beyond them', () => {
  const row: JudgedRow = {
    number: 2,
    code: 'A',
    name: '',
    cells: ['A', null, null, 'more'],
    draft: null,
    problems: [],
  };
  expect(notTakenLines(['code', 'name', 'stock'], [{ row, why: 'why' }], words.en)).toEqual([
    ['code', 'name', 'stock', 'Problem'],
    // Null is a stock, and no name.
    ['A', '', 'null', 'why', 'more'],
  ]);
});
