import { describe, expect, test } from 'bun:test';
import { copyFileSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { createSqliteRecords } from '../../adapters/sandbox/sqliteRecords.ts';
import { openSqliteStore } from '../../adapters/sqlite/store.ts';
import { fileGone } from '../../adapters/stored/openFile.ts';
import { createFixture } from '../contracts/fixture.ts';
import { createTestWorld } from '../world.ts';
import { withTestFolder } from './harness.ts';

const open = async (folder: string, readOnly = false) => {
  const path = join(folder, 'shop.db');
  const world = createTestWorld();
  const store = await openSqliteStore(world, { path, readOnly });
  return { path, world, store, fixture: createFixture(store, world) };
};

const gone = { kind: 'unavailable' as const, reason: fileGone };

describe('a SQLite file that is removed or replaced', () => {
  const damages: Readonly<Record<string, (path: string) => void>> = {
    'was removed': (path) => {
      for (const end of ['', '-wal', '-shm']) rmSync(`${path}${end}`);
    },
    'was replaced': (path) => {
      copyFileSync(path, `${path}.copy`);
      renameSync(`${path}.copy`, path);
    },
    'lost its log': (path) => rmSync(`${path}-wal`),
    'lost its folder': (path) => rmSync(join(path, '..'), { recursive: true }),
  };

  test.each(Object.entries(damages))(
    'After it %s, nothing is acknowledged and nobody is ready',
    async (_, damage) => {
      await withTestFolder(async (folder) => {
        const { path, world, store, fixture } = await open(folder);
        const reader = await openSqliteStore(world, { path, readOnly: true });
        const order = await fixture.placeOrder(await fixture.createProduct());
        expect((await store.ping()).isOk()).toBe(true);
        expect((await reader.ping()).isOk()).toBe(true);

        damage(path);
        const claim = await store.audits.claim([fixture.checkoutRequest([order])], fixture.now());
        expect(claim._unsafeUnwrapErr()).toEqual(gone);
        expect((await store.ping())._unsafeUnwrapErr()).toEqual(gone);
        expect((await reader.ping())._unsafeUnwrapErr()).toEqual(gone);
        await Promise.all([store.close(), reader.close()]);
        // `withTestFolder` removes it again.
        mkdirSync(folder, { recursive: true });
      });
    },
  );

  test('Once it is put back, work goes on', async () => {
    await withTestFolder(async (folder) => {
      const { path, store, fixture } = await open(folder);
      renameSync(path, `${path}.away`);
      expect((await store.ping())._unsafeUnwrapErr()).toEqual(gone);
      renameSync(`${path}.away`, path);
      expect((await store.ping()).isOk()).toBe(true);
      await fixture.pay([await fixture.placeOrder(await fixture.createProduct())]);
      await store.close();
    });
  });

  test('The records of the simulated provider are not written into a removed file', async () => {
    await withTestFolder(async (folder) => {
      const path = join(folder, 'shop.provider.db');
      const records = createSqliteRecords({ path });
      rmSync(path);
      expect((await records.insertIfNew([]))._unsafeUnwrapErr()).toEqual(gone);
      await records.close();
    });
  });

  test('A file that others check-point, shrink and vacuum stays the same file', async () => {
    await withTestFolder(async (folder) => {
      const { path, world, store, fixture } = await open(folder);
      const other = await openSqliteStore(world, { path });
      await fixture.pay([await fixture.placeOrder(await fixture.createProduct())]);
      const admin = new Database(path);
      admin.exec('vacuum');
      admin.pragma('wal_checkpoint(truncate)');
      admin.close();
      await other.close();
      expect((await store.ping()).isOk()).toBe(true);
      await fixture.pay([await fixture.placeOrder(await fixture.createProduct())]);
      await store.close();
    });
  });

  test('A process that only reads writes no heartbeat', async () => {
    await withTestFolder(async (folder) => {
      const { path, store } = await open(folder, true);
      await store.ping();
      const admin = new Database(path, { readonly: true });
      expect(admin.prepare('select * from heartbeat').all()).toEqual([]);
      admin.close();
      await store.close();
    });
  });
});
