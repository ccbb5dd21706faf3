import { describe, expect, test } from 'bun:test';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { connectionOver, openClient } from '../../adapters/sqlite/connection.ts';
import { outageReason } from '../../adapters/sqlite/failures.ts';
import { migrate } from '../../adapters/sqlite/migrate.ts';
import { sqliteStore, storeOver } from '../../adapters/sqlite/store.ts';
import { shopOver, value } from '../contracts/shop.ts';
import { testWorld } from '../world.ts';
import { openPlace, paidShop, withFolder } from './rowPositions.ts';

const reasonOf = async (answer: Promise<{ isErr(): boolean; _unsafeUnwrapErr(): unknown }>) =>
  (await answer)._unsafeUnwrapErr();

describe('a connection to SQLite', () => {
  test('writes ahead to a log, and syncs it with each commit', () =>
    withFolder((folder) => {
      const path = join(folder, 'not', 'there', 'shop.db');
      openClient({ path }).close();
      // A file that is in that mode already is the one that the driver would sync less often.
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

  test('a throw takes back what the transaction wrote', () => {
    const { client, connection, world } = openPlace();
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

  test('the same variable bound again does not change what a statement means', () => {
    const { client } = openPlace();
    const byName = client.prepare<[string], string>('select value from secret where name = ?').pluck();
    client.prepare('insert into secret (name, value) values (?, ?)').run('a', '= ?');
    expect(byName.source).toContain('= +?');
    expect([byName.get('a'), byName.get('b'), byName.get('a')]).toEqual(['= ?', undefined, '= ?']);
  });
});

describe('what keeps SQLite from answering is told', () => {
  test('a read-only file can be read, and refuses what writes', () =>
    withFolder(async (folder) => {
      const { path, orderId } = await paidShop(folder);
      const world = testWorld();
      const client = new Database(path, { readonly: true });
      migrate(client, world.clock.nowMs());
      const store = storeOver(connectionOver(client), world);
      const shop = shopOver(store, world);
      expect((await value(store.orders.find(orderId)))?.status).toBe('paid');
      expect((await store.ping()).isOk()).toBe(true);
      const refused = { kind: 'unavailable', reason: 'the database is read-only' } as const;
      expect(await reasonOf(store.products.upsert([shop.draft()], shop.now(), 'replace'))).toEqual(refused);
      expect(await reasonOf(store.secret('name', 'fresh'))).toEqual(refused);
      const mail = { messageId: '<1@x>', orderId, to: 'a@b.c', subject: '', text: '', html: '' };
      expect(await store.mailbox.send(mail)).toEqual({ kind: 'deferred', reason: refused.reason });
      await store.close();
    }));

  test('another process that holds the lock for too long', () =>
    withFolder(async (folder) => {
      const { path } = await paidShop(folder);
      const other = new Database(path);
      const client = openClient({ path });
      client.pragma('busy_timeout = 1');
      const { write } = connectionOver(client);
      const erase = () => client.prepare('delete from secret').run().changes;
      other.exec('begin immediate');
      expect(write(erase)._unsafeUnwrapErr().reason).toContain('another process');
      other.exec('rollback');
      expect(write(erase)._unsafeUnwrap()).toBe(0);
      other.close();
      client.close();
    }));

  test('a full disk, and nothing of what did not fit is kept', async () => {
    const { client, shop, store } = openPlace();
    const product = await shop.product();
    client.pragma(`max_page_count = ${client.pragma('page_count', { simple: true })}`);
    const drafts = Array.from({ length: 500 }, () => shop.draft());
    expect(await reasonOf(store.products.upsert(drafts, shop.now(), 'replace'))).toEqual({
      kind: 'unavailable',
      reason: 'the disk is full',
    });
    const listed = await value(store.products.list({ search: null, type: null, after: null, limit: 100 }));
    expect(listed.items).toEqual([product]);
  });

  test('a closed database', async () => {
    const { shop, store } = openPlace();
    const product = await shop.product();
    await store.close();
    const closed = { kind: 'unavailable', reason: 'the database is closed' } as const;
    expect(await reasonOf(store.ping())).toEqual(closed);
    expect(await reasonOf(store.products.find(product.id))).toEqual(closed);
    expect(await reasonOf(store.queue.stats(shop.now()))).toEqual(closed);
    expect(await reasonOf(store.prune(shop.now()))).toEqual(closed);
  });

  test('extended codes by their primary one, and a bug not at all', () => {
    const of = (code: string) => outageReason(new Database.SqliteError('…', code));
    expect(of('SQLITE_IOERR_FSYNC')).toBe('the disk failed to read or write');
    expect(of('SQLITE_BUSY_SNAPSHOT')).toContain('another process');
    expect(of('SQLITE_CORRUPT_INDEX')).toBe('the database file is damaged');
    expect(of('SQLITE_CONSTRAINT_UNIQUE')).toBeNull();
    expect(of('SQLITE_ERROR')).toBeNull();
    expect(outageReason(new Error('SQLITE_BUSY'))).toBeNull();
  });

  test('a file that is no database cannot be opened', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'shop.db');
      writeFileSync(path, 'not a database, but long enough to be taken for the head of one. '.repeat(20));
      await expect(sqliteStore(testWorld(), { path })).rejects.toThrow('not a database');
    }));
});
