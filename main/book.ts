import type { Book } from '../adapters/payment/simulator/book.ts';
import type { Config } from './config.ts';

/** The simulator's memory: `sqlite:` and a path, `sqlite::memory:`, or a Postgres URL. */
export const bookOf = async (url: string, pooling: Config['databasePooling'] = 'session'): Promise<Book> => {
  if (url === 'sqlite::memory:') {
    const { memoryBook } = await import('../adapters/payment/simulator/memoryBook.ts');
    return memoryBook();
  }
  if (url.startsWith('sqlite:')) {
    const { sqliteBook } = await import('../adapters/payment/simulator/sqliteBook.ts');
    return sqliteBook({ path: url.slice('sqlite:'.length) });
  }
  const { postgresBook } = await import('../adapters/payment/simulator/postgresBook.ts');
  return postgresBook({ url, pooling });
};
