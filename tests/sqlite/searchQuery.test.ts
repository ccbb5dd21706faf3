import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { orderMatch, productMatch } from '../../adapters/sqlite/search/query.ts';
import type { Condition } from '../../adapters/sqlite/select.ts';
import { parseQuery } from '../../core/search.ts';
import { anyText } from '../core/anyText.ts';

const window = { below: 100, from: 10 };

const expectOneLexemeEach = (conditions: readonly Condition[]): void => {
  const asked = conditions.filter(([sql]) => sql.includes(' match ?'));
  expect(asked.length).toBeGreaterThan(0);
  for (const [sql, lexeme, ...bounds] of asked) {
    // FTS5 reads on beyond the window to the next row that has all of several lexemes.
    expect(lexeme).toMatch(/^"[^" ]*"( \*)?$/);
    expect(sql).toContain('rowid < cast(? as integer) and s.rowid >= cast(? as integer)');
    expect(bounds).toEqual([100, 10]);
  }
};

test('FTS5 is asked for one lexeme at a time and within the window, whatever the text', () => {
  const facets = { customerId: 'c', type: 'physical', status: 'failed' } as const;
  fc.assert(
    fc.property(anyText(), fc.boolean(), (text, archived) => {
      const query = parseQuery(text);
      if (query === null) return;
      for (const accents of ['as typed', 'different'] as const)
        expectOneLexemeEach(productMatch(query, accents, archived, window));
      expectOneLexemeEach(orderMatch(query, facets, window));
    }),
  );
});

test('A prefix is no longer than the prefixes that the index has', () => {
  const query = parseQuery('điệnthoạithôngminh');
  const prefixOf = (conditions: readonly Condition[]) => String(conditions[0]?.[1]).match(/^"(.*)" \*$/)?.[1];
  if (query === null) throw new Error('the text is not blank');
  const all = { customerId: null, type: null, status: null };
  expect(prefixOf(productMatch(query, 'different', false, window))).toBe('dient');
  expect(prefixOf(orderMatch(query, all, window))).toBe('dienthoaitho');
});
