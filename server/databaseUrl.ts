import { err, ok, type Result } from 'neverthrow';
import { parsePostgresUrl, showPostgresUrl } from '../adapters/stored/postgresUrl/parse.ts';

/** Checks `DATABASE_URL`. The error says what to write. */
export const readDatabaseUrl = (text: string): Result<string, string> => {
  if (/^postgres(ql)?:/.test(text)) return parsePostgresUrl(text).map(() => text);
  return /^sqlite:(?!\/\/)./.test(text)
    ? ok(text)
    : err(
        'write sqlite:./data/cartwright.db, sqlite::memory: or postgres://user:password@host:5432/database',
      );
};

/** The path in `sqlite:…`, or `:memory:`; null for Postgres. */
export const sqlitePathOf = (databaseUrl: string): string | null =>
  databaseUrl.startsWith('sqlite:') ? databaseUrl.slice('sqlite:'.length) : null;

/** The URL without user, password and parameters, for logs. */
export const addressOf = (databaseUrl: string): string =>
  sqlitePathOf(databaseUrl) === null ? showPostgresUrl(databaseUrl) : databaseUrl;
