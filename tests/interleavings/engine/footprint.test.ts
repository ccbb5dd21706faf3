import { describe, expect, test } from 'bun:test';
import { createFootprints } from './footprint.ts';

const { footprintOf, namesOf, writesWithoutRows } = createFootprints({
  tables: ['orders', 'order_state', 'history', 'stock', 'product', 'event'],
  sources: {
    dataset: 'select * from orders join product using (id)',
    tell: 'insert into event select * from history',
  },
  triggers: [{ table: 'history', function: 'tell' }],
  foreignKeys: [{ child: 'stock', parent: 'product' }],
});

const touched = (statement: string) => {
  const { reads, writes } = footprintOf(statement);
  return { reads: namesOf(reads), writes: namesOf(writes) };
};

describe('The footprint of a statement', () => {
  test.each([
    ['select * from orders', ['orders'], []],
    ['select id from dataset', ['orders', 'product'], []],
    ['update orders set n = 1 where id in (select id from product)', ['orders', 'product'], ['orders']],
    ['delete from "orders" where n = 1', ['orders'], ['orders']],
    ['lock table order_state in share mode', ['order_state'], ['order_state']],
    ['lock table only order_state in row exclusive mode', ['order_state'], ['order_state']],
    ['insert into event values (1) on conflict (id) do update set n = 2', ['event'], ['event']],
    ["select 'update product' from orders -- delete from stock", ['orders'], []],
    [
      'with r as (select * from orders), w as (update event set n = 1) select 1',
      ['orders', 'event'],
      ['event'],
    ],
    ['select pg_advisory_xact_lock(1)', [], ['advisory lock']],
  ] as const)('“%s” reads and writes what it names', (statement, reads, writes) => {
    expect(touched(statement)).toEqual({ reads: [...reads], writes: [...writes] });
  });

  test('A locking clause locks what its own query reads, and no table outside', () => {
    const statement =
      'select * from event, (select * from orders where (id = 1) for no key update) o, product';
    expect(touched(statement)).toEqual({ reads: ['orders', 'product', 'event'], writes: ['orders'] });
    expect(touched('select * from orders, product for update of orders').writes).toEqual([
      'orders',
      'product',
    ]);
  });

  test('A written row runs the triggers of its table', () => {
    expect(touched('insert into history values (1)')).toEqual({
      reads: ['history', 'event'],
      writes: ['history', 'event'],
    });
  });

  test('A written row locks the row that its key refers to, and is looked for by those that refer to it', () => {
    expect(touched('update stock set n = 1').writes).toEqual(['stock', 'product']);
    expect(touched('delete from product').writes).toEqual(['stock', 'product']);
  });

  test('A statement that changes no row still meets the lock of a table that is locked whole', () => {
    const { writes } = footprintOf('with o as (delete from orders) delete from order_state');
    expect(namesOf(writes)).toEqual(['orders', 'order_state']);
    expect(namesOf(writesWithoutRows(writes))).toEqual(['order_state']);
    expect(() => footprintOf('lock table stock in share mode')).toThrow('stock is locked whole');
  });

  test('A statement that is not known, or changes tables, touches all', () => {
    const all = ['orders', 'order_state', 'history', 'stock', 'product', 'event', 'advisory lock'];
    for (const statement of ['', 'alter table orders add column n integer'])
      expect(touched(statement)).toEqual({ reads: all, writes: all });
  });
});
