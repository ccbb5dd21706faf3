import { describe, expect, test } from 'bun:test';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { createConnection, openClient } from '../../adapters/sqlite/connection.ts';
import { outageReason } from '../../adapters/sqlite/failures.ts';
import { migrate } from '../../adapters/sqlite/migrate.ts';
import { createStoreOver, openSqliteStore } from '../../adapters/sqlite/store.ts';
import { createFixture, unwrap } from '../contracts/fixture.ts';
import { createTestWorld } from '../world.ts';
import { createDatabaseWithPaidOrder, openTestStore, withTestFolder } from './harness.ts';

const errorOf = async (result: Promise<{ isErr(): boolean; _unsafeUnwrapErr(): unknown }>) =>
  (await result)._unsafeUnwrapErr();

describe('SQLite connection', () => {
  test('A connection to SQLite uses a write-ahead log and syncs it at each commit', () =>
    withTestFolder((folder) => {
      const path = join(folder, 'not', 'there', 'shop.db');
      openClient({ path }).close();
      // Opened a second time, because the driver would sync a file less often that is already in WAL mode.
      const client = openClient({ path });
      const setting = (name: string) => client.pragma(name, { simple: true });
      expect(setting('journal_mode')).toBe('wal');
      expect(setting('synchronous')).toBe(2);
      expect(setting('foreign_keys')).toBe(1);
      expect(setting('trusted_schema')).toBe(0);
      expect(setting('busy_timeout')).toBe(5_000);
      client.close();
      expect(existsSync(path)).toBe(true);
    }));

  test('A bound value or limit leaves the plan of its statement as it is', () => {
    const { client } = openTestStore();
    const prepared = (condition: string) =>
      client.prepare(`select value from secret where ${condition}`).source.split('where ')[1];
    // SQLite plans a statement again for each new value of these, unless the value has a sign.
    expect(prepared('name = ? and value >= $value')).toBe('name = +? and value >= +$value');
    expect(prepared('name <?\n  limit ? OFFSET $offset')).toBe('name <+?\n  limit +? OFFSET +$offset');
    expect(prepared('name in (?) or value = name')).toBe('name in (?) or value = name');
  });

  test('A transaction that throws rolls back its writes', () => {
    const { client, connection, world } = openTestStore();
    const insert = client.prepare(`insert into secret (name, value) values ('a', 'b')`);
    const count = client.prepare('select count(*) from secret').pluck();
    const write = (then: () => unknown) =>
      connection.write(() => {
        insert.run();
        return then();
      });
    expect(() =>
      write(() => {
        throw new Error('a bug');
      }),
    ).toThrow('a bug');
    expect(() => write(() => Promise.resolve())).toThrow('cannot wait');
    expect(count.get()).toBe(0);
    expect(client.inTransaction).toBe(false);
    expect(write(() => world.clock.nowMs()).isOk()).toBe(true);
    expect(count.get()).toBe(1);
  });

  test('The `+` before bound values does not change the result of a statement', () => {
    const { client } = openTestStore();
    const byName = client.prepare<[string], string>('select value from secret where name = ?').pluck();
    client.prepare('insert into secret (name, value) values (?, ?)').run('a', '= ?');
    expect(byName.source).toContain('= +?');
    expect([byName.get('a'), byName.get('b'), byName.get('a')]).toEqual(['= ?', undefined, '= ?']);
  });
});

describe('outage of SQLite', () => {
  test('A read-only database file can be read, and a write to it is unavailable', () =>
    withTestFolder(async (folder) => {
      const { path, orderId } = await createDatabaseWithPaidOrder(folder);
      const world = createTestWorld();
      const client = new Database(path, { readonly: true });
      migrate(client, world.clock.nowMs());
      const store = createStoreOver(createConnection(client), world);
      const shop = createFixture(store, world);
      expect((await unwrap(store.orders.find(orderId)))?.status).toBe('paid');
      expect((await store.ping())._unsafeUnwrapErr().reason).toBe('the database is read-only');
      const reader = createStoreOver(createConnection(client), world, { readOnly: true });
      expect((await reader.ping()).isOk()).toBe(true);
      const unavailable = { kind: 'unavailable', reason: 'the database is read-only' } as const;
      expect(
        await errorOf(store.products.upsert([shop.productDraft()], shop.now(), 'replace')),
      ).toMatchObject(unavailable);
      expect(await errorOf(store.secret('name', 'fresh'))).toMatchObject(unavailable);
      const mail = {
        messageId: '<1@x>',
        checkoutId: null,
        orderIds: [orderId],
        to: 'a@b.c',
        subject: '',
        text: '',
        html: '',
        attachments: [],
      };
      expect(await store.mailbox.send(mail)).toEqual({ kind: 'deferred', reason: unavailable.reason });
      await store.close();
    }));

  test('A write is unavailable while another process holds the write lock for too long', () =>
    withTestFolder(async (folder) => {
      const { path } = await createDatabaseWithPaidOrder(folder);
      const other = new Database(path);
      const client = openClient({ path });
      client.pragma('busy_timeout = 1');
      const { write } = createConnection(client);
      const deleteSecrets = () => client.prepare('delete from secret').run().changes;
      other.exec('begin immediate');
      expect(write(deleteSecrets)._unsafeUnwrapErr().reason).toContain('another process');
      other.exec('rollback');
      expect(write(deleteSecrets)._unsafeUnwrap()).toBe(0);
      other.close();
      client.close();
    }));

  test('After a wait in vain, writes hold the process up for a moment only, until one succeeds again', () =>
    withTestFolder(async (folder) => {
      const { path } = await createDatabaseWithPaidOrder(folder);
      const other = new Database(path);
      const client = openClient({ path });
      const timeout = () => client.pragma('busy_timeout', { simple: true });
      const { write, runStatement, read } = createConnection(client);
      const deleteSecrets = () => client.prepare('delete from secret').run().changes;
      const readSecrets = () => client.prepare('select count(*) from secret').pluck().get();
      for (const run of [write, runStatement]) {
        expect(timeout()).toBe(5_000);
        client.pragma('busy_timeout = 1');
        other.exec('begin immediate');
        expect(run(deleteSecrets).isErr()).toBe(true);
        expect(read(readSecrets)._unsafeUnwrap()).toBe(0);
        expect(timeout()).toBe(50);
        other.exec('rollback');
        expect(write(deleteSecrets).isOk()).toBe(true);
      }
      expect(timeout()).toBe(5_000);
      other.close();
      client.close();
    }));

  test('A write to a full disk is unavailable and stores nothing', async () => {
    const { client, shop, store } = openTestStore();
    const product = await shop.createProduct();
    client.pragma(`max_page_count = ${client.pragma('page_count', { simple: true })}`);
    const drafts = Array.from({ length: 500 }, () => shop.productDraft());
    expect(await errorOf(store.products.upsert(drafts, shop.now(), 'replace'))).toMatchObject({
      kind: 'unavailable',
      reason: 'the disk is full',
    });
    const listed = await unwrap(store.products.list({ search: null, type: null, after: null, limit: 100 }));
    expect(listed.items).toEqual([product]);
  });

  test('Every call to a closed database is unavailable', async () => {
    const { shop, store } = openTestStore();
    const product = await shop.createProduct();
    await store.close();
    const closed = { kind: 'unavailable', reason: 'the database is closed' } as const;
    expect(await errorOf(store.ping())).toEqual(closed);
    expect(await errorOf(store.products.find(product.id))).toEqual(closed);
    expect(await errorOf(store.queue.stats(shop.now()))).toEqual(closed);
    expect(await errorOf(store.prune(shop.now()))).toEqual(closed);
  });

  test('An extended error code has the reason of its primary code, and a bug has none', () => {
    const reasonOfCode = (code: string) => outageReason(new Database.SqliteError('…', code));
    expect(reasonOfCode('SQLITE_IOERR_FSYNC')).toBe('the disk failed to read or write');
    expect(reasonOfCode('SQLITE_BUSY_SNAPSHOT')).toContain('another process');
    expect(reasonOfCode('SQLITE_CORRUPT_INDEX')).toBe('the database file is damaged');
    expect(reasonOfCode('SQLITE_CONSTRAINT_UNIQUE')).toBeNull();
    expect(reasonOfCode('SQLITE_ERROR')).toBeNull();
    expect(outageReason(new Error('SQLITE_BUSY'))).toBeNull();
  });

  test('A file that is not a database cannot be opened', () =>
    withTestFolder(async (folder) => {
      const path = join(folder, 'shop.db');
      writeFileSync(path, 'not a database, but longer than the header of a database. '.repeat(20));
      await expect(openSqliteStore(createTestWorld(), { path })).rejects.toThrow('not a database');
    }));
});
