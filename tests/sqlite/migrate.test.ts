import { describe, expect, test } from 'bun:test';
import Database from 'better-sqlite3';
import { migrate } from '../../adapters/sqlite/migrate.ts';
import { sqliteStore } from '../../adapters/sqlite/store.ts';
import { parseQuery } from '../../core/search.ts';
import { value } from '../contracts/shop.ts';
import { testWorld } from '../world.ts';
import { openPlace, paidShop, withFolder } from './rowPositions.ts';

/** Something done to a database while nobody has it open. */
const tamper = (path: string, sql: string): void => {
  const client = new Database(path);
  client.exec(sql);
  client.close();
};

describe('migration', () => {
  test('a second time changes nothing', () => {
    const { client } = openPlace();
    const schema = client.prepare('select * from sqlite_schema');
    const applied = client.prepare<[], { name: string; applied_ms: number }>('select * from migration');
    const before = { schema: schema.all(), applied: applied.all() };
    migrate(client, before.applied[0]?.applied_ms ?? 0 + 1);
    expect({ schema: schema.all(), applied: applied.all() }).toEqual(before);
    expect(before.applied.map(({ name }) => name)).toEqual(before.applied.map(({ name }) => name).toSorted());
    expect(before.applied.length).toBeGreaterThan(5);
  });

  test.each([
    ['a later file', `insert into migration (name) values ('999_later.sql')`, '999_later.sql'],
    ['later words', 'pragma user_version = 999', '999'],
  ])('a database with %s is refused, and left alone', (_, sql, named) =>
    withFolder(async (folder) => {
      const { path } = await paidShop(folder);
      tamper(path, sql);
      const refused = await sqliteStore(testWorld(), { path }).catch((cause: unknown) => cause);
      expect(refused).toMatchObject({ name: 'SchemaTooNew', message: expect.stringContaining(named) });
      // Nothing of it holds the file any more.
      tamper(path, 'pragma journal_mode = delete');
    }),
  );

  test('a process can start while another one writes', () =>
    withFolder(async (folder) => {
      const { path, orderId } = await paidShop(folder);
      const other = new Database(path);
      other.exec('begin immediate');
      const store = await sqliteStore(testWorld(), { path });
      expect((await value(store.orders.find(orderId)))?.status).toBe('paid');
      await store.close();
      other.close();
    }));

  test('names are folded anew where the function that folds them has changed', () =>
    withFolder(async (folder) => {
      const { path, orderId } = await paidShop(folder);
      tamper(
        path,
        `update order_name set name = 'x'; update product_name set name = 'x'; pragma user_version = 0`,
      );
      const store = await sqliteStore(testWorld(), { path });
      const asked = { type: null, after: null, limit: 10, search: parseQuery('áo thun') };
      const orders = { ...asked, status: null, fromMs: null, toMs: null, customerId: null };
      expect((await value(store.orders.list(orders))).items.map(({ id }) => id)).toEqual([orderId]);
      expect((await value(store.products.list(asked))).items).toHaveLength(1);
      await store.close();
    }));
});
