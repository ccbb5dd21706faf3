import BetterSqlite from 'better-sqlite3';
import postgres from 'postgres';

type Row = Readonly<Record<string, unknown>>;

/** The database under test, looked at past the program. */
export type Database = {
  /** Runs one statement in the dialect that both databases speak; positional values as `$1`, `$2`. */
  run(statement: string, values?: readonly (string | number)[]): Promise<readonly Row[]>;
  close(): Promise<void>;
};

/** `url` as in `DATABASE_URL`. */
export const openDatabase = (url: string): Database =>
  url.startsWith('sqlite:') ? sqlite(url) : server(url);

const sqlite = (url: string): Database => {
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

const server = (url: string): Database => {
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
