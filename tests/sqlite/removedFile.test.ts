import { describe, expect, test } from 'bun:test';
import { copyFileSync, mkdirSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { createSqliteRecords } from '../../adapters/sandbox/sqliteRecords.ts';
import { openSqliteStore } from '../../adapters/sqlite/store.ts';
import { fileGone, tellsApartMs, watchOpenFile } from '../../adapters/stored/openFile.ts';
import { systemClock } from '../../adapters/system/clock.ts';
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

describe('watchOpenFile', () => {
  /** So long after every change of a folder that no other could have left the same time. */
  const laterMs = () => Date.now() + 60_000;
  const createFiles = (folder: string): string => {
    mkdirSync(folder);
    const path = join(folder, 'shop.db');
    for (const end of ['', '-wal']) writeFileSync(`${path}${end}`, '');
    return path;
  };
  /** Returns when the file system has another time for the next change than for the last one of the folder. */
  const passTick = (folder: string): void => {
    const probe = join(folder, '../probe');
    do writeFileSync(probe, '');
    while (statSync(probe).mtimeMs <= statSync(folder).ctimeMs);
  };
  /** `shop` is another name of the folder `files`, so `swap` puts other files at a path without a change of the folder. */
  const createSwappable = (folder: string) => {
    createFiles(join(folder, 'files'));
    createFiles(join(folder, 'others'));
    const shop = join(folder, 'shop');
    const nameShop = (target: string) => {
      symlinkSync(join(folder, target), `${shop}.next`);
      renameSync(`${shop}.next`, shop);
    };
    nameShop('files');
    return { path: join(shop, 'shop.db'), swap: () => nameShop('others') };
  };

  const damages: Readonly<Record<string, (path: string) => void>> = {
    'is removed': (path) => rmSync(path),
    'is renamed': (path) => renameSync(path, `${path}.away`),
    'is replaced': (path) => {
      writeFileSync(`${path}.copy`, '');
      renameSync(`${path}.copy`, path);
    },
    'loses its log': (path) => rmSync(`${path}-wal`),
    'loses its folder': (path) => rmSync(join(path, '..'), { recursive: true }),
    'is in a folder that is renamed': (path) => renameSync(join(path, '..'), join(path, '../../away')),
  };

  test.each(Object.entries(damages))(
    'It notices at once that a file %s, whose folder nobody had changed for long',
    async (_, damage) => {
      await withTestFolder(async (folder) => {
        const path = createFiles(join(folder, 'shop'));
        const atMs = laterMs();
        const { isInPlace, close } = watchOpenFile(path, { nowMs: () => atMs });
        expect([isInPlace(), isInPlace()]).toEqual([true, true]);
        passTick(join(folder, 'shop'));
        damage(path);
        expect([isInPlace(), isInPlace()]).toEqual([false, false]);
        close();
      });
    },
  );

  test('It looks at the files again after 100 ms, and not before, while their folder is unchanged', async () => {
    await withTestFolder(async (folder) => {
      const { path, swap } = createSwappable(folder);
      const startMs = laterMs();
      let atMs = startMs;
      const { isInPlace, close } = watchOpenFile(path, { nowMs: () => atMs });
      expect(isInPlace()).toBe(true);
      swap();
      atMs = startMs + 99;
      expect(isInPlace()).toBe(true);
      atMs = startMs + 100;
      expect(isInPlace()).toBe(false);
      atMs = startMs;
      expect(isInPlace()).toBe(false);
      close();
    });
  });

  test('It looks at the files again if the clock was set back', async () => {
    await withTestFolder(async (folder) => {
      const { path, swap } = createSwappable(folder);
      let atMs = laterMs();
      const { isInPlace, close } = watchOpenFile(path, { nowMs: () => atMs });
      expect(isInPlace()).toBe(true);
      swap();
      atMs--;
      expect(isInPlace()).toBe(false);
      close();
    });
  });

  test('It looks at the files each time while a second change of their folder could hide behind the last one', async () => {
    await withTestFolder(async (folder) => {
      const { path, swap } = createSwappable(folder);
      const changedMs = statSync(join(folder, 'files')).ctimeMs;
      const { isInPlace, close } = watchOpenFile(path, { nowMs: () => changedMs + 90 });
      expect(isInPlace()).toBe(true);
      swap();
      expect(isInPlace()).toBe(false);
      close();
    });
  });

  test('A time in whole seconds may come from a file system that counts in two of them', () => {
    expect([12_000, 12_000.25, 12_004].map(tellsApartMs)).toEqual([2_000, 100, 100]);
  });

  test('It looks at the files each time behind a link, because they are in another folder', async () => {
    await withTestFolder(async (folder) => {
      const target = createFiles(join(folder, 'target'));
      const path = join(folder, 'shop.db');
      symlinkSync(target, path);
      const atMs = laterMs();
      const { isInPlace, close } = watchOpenFile(path, { nowMs: () => atMs });
      expect(isInPlace()).toBe(true);
      rmSync(target);
      expect(isInPlace()).toBe(false);
      close();
    });
  });

  test('It does not ask for files once it is closed, so that the database can say that it is closed', async () => {
    await withTestFolder(async (folder) => {
      const path = createFiles(join(folder, 'shop'));
      const { isInPlace, close } = watchOpenFile(path, systemClock);
      close();
      close();
      rmSync(path);
      expect(isInPlace()).toBe(true);
    });
  });
});
