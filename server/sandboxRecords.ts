import type { PostgresRecords } from '../adapters/sandbox/postgresRecords.ts';
import type { RecordStore } from '../adapters/sandbox/records.ts';
import { systemClock } from '../adapters/system/clock.ts';
import type { Config } from './config.ts';
import { createStartError } from './process.ts';

/** Opens the records of the simulated provider. `url` is `sqlite:` and a path, `sqlite::memory:`, or a Postgres URL. */
export const openSandboxRecords = async (
  url: string,
  pooling: Config['databasePooling'] = 'session',
  readOnly = false,
): Promise<RecordStore> => {
  if (url === 'sqlite::memory:') {
    const { createMemoryRecords } = await import('../adapters/sandbox/memoryRecords.ts');
    return createMemoryRecords();
  }
  if (url.startsWith('sqlite:')) {
    const { createSqliteRecords } = await import('../adapters/sandbox/sqliteRecords.ts');
    return createSqliteRecords({ path: url.slice('sqlite:'.length), clock: systemClock });
  }
  const { createPostgresRecords } = await import('../adapters/sandbox/postgresRecords.ts');
  const records = createPostgresRecords({ url, pooling });
  if (!readOnly) await refuseWithoutRights(records);
  return records;
};

/** The records can wait for a database that is down, but a missing right would fail every checkout. */
const refuseWithoutRights = async (records: PostgresRecords): Promise<void> => {
  try {
    await records.prepare();
  } catch (cause) {
    if (!(cause instanceof Error) || !('code' in cause) || cause.code !== '42501') return;
    await records.close();
    throw createStartError(
      `the records of the simulated payment provider: ${cause.message}. Its user must be able to create and use the schema simulated_provider: grant create on the database to it, or run once: create schema simulated_provider authorization "user"`,
    );
  }
};
