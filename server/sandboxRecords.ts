import type { RecordStore } from '../adapters/sandbox/records.ts';
import type { Config } from './config.ts';

/** Opens the records of the simulated provider. `url` is `sqlite:` and a path, `sqlite::memory:`, or a Postgres URL. */
export const openSandboxRecords = async (
  url: string,
  pooling: Config['databasePooling'] = 'session',
): Promise<RecordStore> => {
  if (url === 'sqlite::memory:') {
    const { createMemoryRecords } = await import('../adapters/sandbox/memoryRecords.ts');
    return createMemoryRecords();
  }
  if (url.startsWith('sqlite:')) {
    const { createSqliteRecords } = await import('../adapters/sandbox/sqliteRecords.ts');
    return createSqliteRecords({ path: url.slice('sqlite:'.length) });
  }
  const { createPostgresRecords } = await import('../adapters/sandbox/postgresRecords.ts');
  return createPostgresRecords({ url, pooling });
};
