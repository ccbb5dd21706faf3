import type { RecordStore } from '../adapters/sandbox/records.ts';
import type { Config } from './config.ts';

/** The simulator's memory: `sqlite:` and a path, `sqlite::memory:`, or a Postgres URL. */
export const openSandboxRecords = async (
  url: string,
  pooling: Config['databasePooling'] = 'session',
): Promise<RecordStore> => {
  if (url === 'sqlite::memory:') {
    const { createMemoryRecords: memoryBook } = await import('../adapters/sandbox/memoryRecords.ts');
    return memoryBook();
  }
  if (url.startsWith('sqlite:')) {
    const { createSqliteRecords: sqliteBook } = await import('../adapters/sandbox/sqliteRecords.ts');
    return sqliteBook({ path: url.slice('sqlite:'.length) });
  }
  const { createPostgresRecords: postgresBook } = await import('../adapters/sandbox/postgresRecords.ts');
  return postgresBook({ url, pooling });
};
