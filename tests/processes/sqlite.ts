import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createScratchFolder } from './cleanup.ts';
import type { TestDatabase } from './postgres.ts';

/** Creates a SQLite file in its own folder. The folder is in memory: flushing is free, and a SIGKILL loses nothing. */
export const createTestFile = async (): Promise<TestDatabase> => {
  const directory = createScratchFolder('file', { inMemory: true });
  return {
    url: `sqlite:${join(directory, 'shop.db')}`,
    drop: async () => rmSync(directory, { recursive: true, force: true }),
  };
};
