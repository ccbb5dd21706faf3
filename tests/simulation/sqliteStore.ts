import Database from 'better-sqlite3';
import { createConnection, openClient } from '../../adapters/sqlite/connection.ts';
import { migrate } from '../../adapters/sqlite/migrate.ts';
import { createStoreOver } from '../../adapters/sqlite/store.ts';
import { isUpkeep } from './memoryBooks.ts';
import { createSqliteBooks } from './sqliteBooks.ts';
import type { OpenStore } from './stores.ts';

/** SQLite in memory, for its SQL. Migrating takes much of the time of a history, so each history gets a copy of one migrated database. */
export const openSqliteCopies = (): OpenStore => {
  const template = openClient({ path: ':memory:' });
  migrate(template, Date.UTC(2026, 2, 1));
  const bytes = template.serialize();
  template.close();
  return (world) => {
    const client = new Database(bytes);
    client.pragma('foreign_keys = ON');
    client.pragma('trusted_schema = OFF');
    return {
      store: createStoreOver(createConnection(client), world),
      books: createSqliteBooks(client),
      isIdle: isUpkeep,
      close: () => void client.close(),
    };
  };
};
