import { describe, expect, test } from 'bun:test';
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createSqliteRecords } from '../../adapters/sandbox/sqliteRecords.ts';
import { openSqliteStore } from '../../adapters/sqlite/store.ts';
import { unwrap } from '../contracts/fixture.ts';
import { createTestWorld } from '../world.ts';

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

const withFolder = async (work: (folder: string) => Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'cartwright-modes-'));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** Opens a database, writes to it so that its log exists, and returns the mode of each of its files. */
const openings: Readonly<Record<string, (path: string) => Promise<readonly string[]>>> = {
  store: async (path) => {
    const store = await openSqliteStore(createTestWorld(), { path });
    await unwrap(store.secret('name', 'value'));
    const modes = ['', '-wal', '-shm'].map((suffix) => modeOf(path + suffix));
    await store.close();
    return modes;
  },
  'sandbox’s records': async (path) => {
    const records = createSqliteRecords({ path });
    await records.insertIfNew([
      { record: { id: 'a', key: 'a', version: 1, dueAtMs: null, body: '' }, also: [] },
    ]);
    const modes = ['', '-wal', '-shm'].map((suffix) => modeOf(path + suffix));
    await records.close();
    return modes;
  },
};

for (const [name, open] of Object.entries(openings)) {
  describe(`The SQLite files of the ${name}`, () => {
    test(`The ${name} and its folders are created for their owner alone`, () =>
      withFolder(async (folder) => {
        const path = join(folder, 'new', 'data', 'shop.db');
        expect(await open(path)).toEqual(['600', '600', '600']);
        expect([modeOf(dirname(path)), modeOf(join(folder, 'new'))]).toEqual(['700', '700']);
      }));

    test(`The ${name} keeps the mode of a file and a folder that exist`, () =>
      withFolder(async (folder) => {
        const path = join(folder, 'shop.db');
        writeFileSync(path, '');
        chmodSync(path, 0o640);
        chmodSync(folder, 0o750);
        expect(await open(path)).toEqual(['640', '640', '640']);
        expect(modeOf(folder)).toBe('750');
      }));
  });
}
