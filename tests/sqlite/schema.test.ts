import { describe, expect, test } from 'bun:test';
import { readFileSync, writeFileSync } from 'node:fs';
import { getTableColumns, getTableName, isTable } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { paymentOnlyColumns, unlistedColumns } from '../../adapters/sqlite/rows.ts';
import * as schema from '../../adapters/sqlite/schema.ts';
import { openTestStore } from './harness.ts';

const snapshot = new URL('../../sql/sqlite/schema.txt', import.meta.url);

describe('schema of SQLite', () => {
  test('The schema equals its snapshot, which UPDATE_SCHEMA=1 rewrites', () => {
    const { client } = openTestStore();
    const actual = client
      .prepare<[], string>(`select sql from sqlite_schema where sql is not null
          and name not in (select name from pragma_table_list where type = 'shadow') order by type, name`)
      .pluck()
      .all();
    const text = `${actual.join(';\n\n')};\n`;
    if (process.env.UPDATE_SCHEMA === '1') writeFileSync(snapshot, text);
    expect(text).toBe(readFileSync(snapshot, 'utf8'));
  });

  test('The tables have the columns that Drizzle knows, and no others', () => {
    const { client } = openTestStore();
    const columns = client.prepare<[string], { name: string; type: string; notnull: number; pk: number }>(
      'select * from pragma_table_info(?)',
    );
    const tables = Object.values(schema).filter((each) => isTable(each));
    expect(tables.length).toBeGreaterThan(10);
    for (const table of tables) {
      const declared = Object.values(getTableColumns(table)).map((column) => ({
        name: column.name,
        type: column.getSQLType().toUpperCase(),
        notNull: column.notNull,
      }));
      const actual = columns.all(getTableName(table)).map(({ name, type, notnull, pk }) => ({
        name,
        type,
        notNull: notnull === 1 || pk === 1,
      }));
      expect({ table: getTableName(table), columns: declared }).toEqual({
        table: getTableName(table),
        columns: actual,
      });
    }
  });

  test('The dataset has every column of an order and its payment that is read from it', () => {
    const { client } = openTestStore();
    const actual = client
      .prepare<[], string>(`select name from pragma_table_info('order_dataset')`)
      .pluck()
      .all();
    const expected = [
      ...namesOf(schema.orders, unlistedColumns),
      // The payment's id is the order's `checkout_id`.
      ...namesOf(schema.payment, ['id', ...paymentOnlyColumns]).map((name) => `payment_${name}`),
    ];
    expect(expected.filter((name) => !actual.includes(name))).toEqual([]);
    expect(expected.length).toBeGreaterThan(15);
  });
});

const namesOf = (table: SQLiteTable, except: readonly string[]): readonly string[] =>
  Object.entries(getTableColumns(table))
    .filter(([key]) => !except.includes(key))
    .map(([, { name }]) => name);
