import { describe, expect, test } from 'bun:test';
import { readFileSync, writeFileSync } from 'node:fs';
import { getTableColumns, getTableName, isTable } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { notListed, paymentExtras } from '../../adapters/sqlite/rows.ts';
import * as schema from '../../adapters/sqlite/schema.ts';
import { openPlace } from './rowPositions.ts';

const snapshot = new URL('../../sql/sqlite/schema.txt', import.meta.url);

describe('the SQLite schema', () => {
  test('is the one written down (UPDATE_SCHEMA=1 writes it down anew)', () => {
    const { client } = openPlace();
    const made = client
      .prepare<[], string>(`select sql from sqlite_schema where sql is not null
          and name not in (select name from pragma_table_list where type = 'shadow') order by type, name`)
      .pluck()
      .all();
    const text = `${made.join(';\n\n')};\n`;
    if (process.env.UPDATE_SCHEMA === '1') writeFileSync(snapshot, text);
    expect(text).toBe(readFileSync(snapshot, 'utf8'));
  });

  test('has the columns that Drizzle is told of, and no other', () => {
    const { client } = openPlace();
    const columns = client.prepare<[string], { name: string; type: string; notnull: number; pk: number }>(
      'select * from pragma_table_info(?)',
    );
    const tables = Object.values(schema).filter((each) => isTable(each));
    expect(tables.length).toBeGreaterThan(10);
    for (const table of tables) {
      const told = Object.values(getTableColumns(table)).map((column) => ({
        name: column.name,
        type: column.getSQLType().toUpperCase(),
        notNull: column.notNull,
      }));
      const made = columns.all(getTableName(table)).map(({ name, type, notnull, pk }) => ({
        name,
        type,
        notNull: notnull === 1 || pk === 1,
      }));
      expect({ table: getTableName(table), columns: told }).toEqual({
        table: getTableName(table),
        columns: made,
      });
    }
  });

  test('the dataset has every column of an order and of its payment that is read from it', () => {
    const { client } = openPlace();
    const made = client
      .prepare<[], string>(`select name from pragma_table_info('order_dataset')`)
      .pluck()
      .all();
    const expected = [
      ...namesOf(schema.orders, notListed),
      // The payment's id is the order's `checkout_id`.
      ...namesOf(schema.payment, ['id', ...paymentExtras]).map((name) => `payment_${name}`),
    ];
    expect(expected.filter((name) => !made.includes(name))).toEqual([]);
    expect(expected.length).toBeGreaterThan(15);
  });
});

const namesOf = (table: SQLiteTable, except: readonly string[]): readonly string[] =>
  Object.entries(getTableColumns(table))
    .filter(([key]) => !except.includes(key))
    .map(([, { name }]) => name);
