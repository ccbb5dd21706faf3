import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { postgresAvailable, type TestDatabase, testDatabase } from './postgres.ts';

/** A fresh SQLite file, in a directory of its own. */
export const testFile = async (): Promise<TestDatabase & { readonly path: string }> => {
  const directory = mkdtempSync(join(tmpdir(), 'cartwright-file-'));
  const path = join(directory, 'shop.db');
  return {
    url: `sqlite:${path}`,
    path,
    drop: async () => rmSync(directory, { recursive: true, force: true }),
  };
};

type Fresh = readonly [name: string, fresh: () => Promise<TestDatabase>];

/** What a test is run over that must be so on both, as far as they are here. */
export const databases: readonly Fresh[] = [
  ['SQLite', testFile],
  ...((await postgresAvailable()) ? [['Postgres', testDatabase] satisfies Fresh] : []),
];
