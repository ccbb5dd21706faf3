import type { Book } from '../adapters/sandbox/records.ts';
import type { Config } from './config.ts';

/** The simulator's memory: `sqlite:` and a path, `sqlite::memory:`, or a Postgres URL. */
export const bookOf = async (url: string, pooling: Config['databasePooling'] = 'session'): Promise<Book> => {
  if (url === 'sqlite::memory:') {
    const { memoryBook } = await import('../adapters/sandbox/memoryRecords.ts');
    return memoryBook();
  }
  if (url.startsWith('sqlite:')) {
    const { sqliteBook } = await import('../adapters/sandbox/sqliteRecords.ts');
    return sqliteBook({ path: url.slice('sqlite:'.length) });
  }
  const { postgresBook } = await import('../adapters/sandbox/postgresRecords.ts');
  return postgresBook({ url, pooling });
};
