import Database from 'better-sqlite3';
import { createConnection, keepStatementPlans, openClient } from '../../adapters/sqlite/connection.ts';
import { migrate } from '../../adapters/sqlite/migrate.ts';
import { createStoreOver } from '../../adapters/sqlite/store.ts';
import { isUpkeep } from './memoryBooks.ts';
import { createSqliteBooks } from './sqliteBooks.ts';
import { rememberRows, reuseStatements } from './sqliteReset.ts';
import type { OpenStore } from './stores.ts';

/**
 * SQLite in memory, for its SQL. Migrating takes much longer than a history, and so does preparing all statements. So
 * all histories share one database, whose rows are deleted before each.
 */
export const openSqliteCopies = (): OpenStore => {
  const template = openClient({ path: ':memory:' });
  migrate(template, Date.UTC(2026, 2, 1));
  const bytes = template.serialize();
  template.close();
  const client = new Database(bytes);
  client.pragma('foreign_keys = ON');
  client.pragma('trusted_schema = OFF');
  keepStatementPlans(client);
  const beginHistory = reuseStatements(client);
  const reset = rememberRows(client);
  return (world) => {
    if (client.inTransaction) client.exec('rollback');
    beginHistory();
    reset();
    return {
      store: createStoreOver(createConnection(client), world),
      books: createSqliteBooks(client),
      isIdle: isUpkeep,
      close: () => {},
    };
  };
};
