import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { migrate } from '../../adapters/sqlite/migrate.ts';
import { openSqliteStore } from '../../adapters/sqlite/store.ts';
import { unwrap } from '../contracts/fixture.ts';
import { createMigrationFolder } from '../stored/migrationFolder.ts';
import { createTestWorld } from '../world.ts';
import { createDatabaseWithPaidOrder, openTestStore, withTestFolder } from './harness.ts';

/** Runs SQL on a database file that no store has open. */
const runSql = (path: string, sql: string): void => {
  const client = new Database(path);
  client.exec(sql);
  client.close();
};

const contentOf = (path: string) => {
  const client = new Database(path);
  const content = {
    schema: client.prepare('select * from sqlite_schema').all(),
    migrations: client.prepare('select * from migration').all(),
    orders: client.prepare('select * from orders').all(),
  };
  client.close();
  return content;
};

describe('migration of SQLite', () => {
  test('A second migration changes nothing', () => {
    const { client } = openTestStore();
    const schema = client.prepare('select * from sqlite_schema');
    const applied = client.prepare<[], { name: string; applied_ms: number }>('select * from migration');
    const before = { schema: schema.all(), applied: applied.all() };
    migrate(client, before.applied[0]?.applied_ms ?? 0 + 1);
    expect({ schema: schema.all(), applied: applied.all() }).toEqual(before);
    expect(before.applied.map(({ name }) => name)).toEqual(before.applied.map(({ name }) => name).toSorted());
    expect(before.applied.length).toBeGreaterThan(5);
  });

  test.each([
    [
      'a migration of a newer version',
      `insert into migration (name) values ('999_later.sql')`,
      'SchemaTooNew',
      '999_later.sql, which this version does not know: start a newer version',
    ],
    [
      'search tokens of a newer version',
      'pragma user_version = 999',
      'SchemaTooNew',
      'version 999 of the fold made the search tokens',
    ],
    [
      'the migrations of an unreleased version',
      `update migration set name = '003_audit.sql' where name = '003_checkout.sql';
       delete from migration where name > '008'`,
      'SchemaTooOld',
      '003_audit.sql) and cannot be upgraded: use a new, empty database',
    ],
  ])('A database with %s is refused and stays as it is', (_, sql, name, message) =>
    withTestFolder(async (folder) => {
      const { path } = await createDatabaseWithPaidOrder(folder);
      runSql(path, sql);
      const before = contentOf(path);
      const error = await openSqliteStore(createTestWorld(), { path }).catch((cause: unknown) => cause);
      expect(error).toMatchObject({ name, message: expect.stringContaining(message) });
      expect(contentOf(path)).toEqual(before);
      // This needs an exclusive lock, so it fails if the store still has the file open.
      runSql(path, 'pragma journal_mode = delete');
    }),
  );

  test('A process can start while another process writes', () =>
    withTestFolder(async (folder) => {
      const { path, orderId } = await createDatabaseWithPaidOrder(folder);
      const other = new Database(path);
      other.exec('begin immediate');
      const store = await openSqliteStore(createTestWorld(), { path });
      expect((await unwrap(store.orders.find(orderId)))?.status).toBe('paid');
      await store.close();
      other.close();
    }));

  test('A migration that fails leaves those before it, and nothing of itself', () => {
    const { client } = openTestStore();
    const folder = createMigrationFolder('sqlite', {
      '904_first.sql': '-- Works beside 0.2.0.\ncreate table later_first (id integer) strict;\n',
      '905_second.sql': 'create table later_second (id integer) strict;\nalter table nowhere add column x;\n',
      '906_third.sql': 'create table later_third (id integer) strict;\n',
    });
    expect(() => migrate(client, 0, { folder })).toThrow(
      /^the migration 905_second\.sql failed, nothing of it .*no such table: nowhere \(SQLITE_ERROR\)$/,
    );
    const tables = client.prepare(`select name from sqlite_schema where name like 'later_%'`).pluck().all();
    expect(tables).toEqual(['later_first']);
    expect(client.prepare(`select * from migration where name > '9'`).all()).toEqual([
      { name: '904_first.sql', applied_ms: 0, works_beside: '0.2.0' },
    ]);
    // This release says of itself that it works beside that file.
    expect(() => migrate(client, 0)).not.toThrow();
  });

  test('A migration asks again for a write lock that another process holds', () =>
    withTestFolder((folder) => {
      const path = join(folder, 'shop.db');
      const other = new Database(path);
      other.pragma('journal_mode = wal');
      other.exec('begin immediate');
      let tries = 0;
      const verbose = (statement: unknown) => {
        if (/^begin immediate/i.test(String(statement)) && ++tries === 3) other.exec('rollback');
      };
      const client = new Database(path, { timeout: 1, verbose });
      migrate(client, 0);
      expect(tries).toBeGreaterThan(2);
      expect(client.prepare('select count(*) from migration').pluck().get()).toBeGreaterThan(5);
      client.close();
      other.close();
    }));
});
