import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { scratchFolder } from './cleanup.ts';
import type { TestDatabase } from './postgres.ts';

/** A fresh SQLite file, in a directory of its own; in memory, where flushing costs nothing and a SIGKILL as little. */
export const testFile = async (): Promise<TestDatabase> => {
  const directory = scratchFolder('file', { inMemory: true });
  return {
    url: `sqlite:${join(directory, 'shop.db')}`,
    drop: async () => rmSync(directory, { recursive: true, force: true }),
  };
};
