import BetterSqlite from 'better-sqlite3';
import postgres from 'postgres';

type Row = Readonly<Record<string, unknown>>;

/** A connection of the test's own to the database under test. */
export type Database = {
  /** Runs one statement that both dialects accept; positional values as `$1`, `$2`. */
  run(statement: string, values?: readonly (string | number)[]): Promise<readonly Row[]>;
  close(): Promise<void>;
};

/** `url` as in `DATABASE_URL`. */
export const openDatabase = (url: string): Database =>
  url.startsWith('sqlite:') ? openSqlite(url) : openPostgres(url);

const openSqlite = (url: string): Database => {
  const database = new BetterSqlite(url.slice('sqlite:'.length), { timeout: 10_000 });
  return {
    run: async (statement, values = []) => {
      const prepared = database.prepare<(string | number)[], Row>(statement.replace(/\$\d+/g, '?'));
      if (prepared.reader) return prepared.all(...values);
      prepared.run(...values);
      return [];
    },
    close: async () => void database.close(),
  };
};

const openPostgres = (url: string): Database => {
  const sql = postgres(url, {
    max: 1,
    onnotice: () => {},
    backoff: () => 0.2,
    types: { bigint: { to: 20, from: [20], parse: Number, serialize: String } },
  });
  return {
    run: (statement, values = []) => sql.unsafe(statement, [...values]),
    close: () => sql.end({ timeout: 5 }),
  };
};
