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

/**
 * Checks `DATABASE_REPLICA_URL`. One server, because a token is checked on one connection and the read runs on another:
 * with several they could lead to different copies.
 */
export const readReplicaUrl = (text: string): Result<string, string> =>
  /^postgres(ql)?:/.test(text)
    ? parsePostgresUrl(text).andThen(({ hosts }) =>
        hosts.length === 1 ? ok(text) : err('write one host: a process reads from one replica'),
      )
    : err('write postgres://user:password@host:5432/database');

/** Settings of the database that do not go together. */
export const findDatabaseConflicts = (
  env: Readonly<Record<string, string | undefined>>,
): readonly string[] =>
  (env.DATABASE_REPLICA_URL ?? '') !== '' && !/^postgres(ql)?:/.test(env.DATABASE_URL ?? '')
    ? [
        'DATABASE_REPLICA_URL is set, but DATABASE_URL is not a PostgreSQL server: set it, or remove the replica',
      ]
    : [];

/** The path in `sqlite:…`, or `:memory:`; null for Postgres. */
export const sqlitePathOf = (databaseUrl: string): string | null =>
  databaseUrl.startsWith('sqlite:') ? databaseUrl.slice('sqlite:'.length) : null;

/** The URL without user, password and parameters, for logs. */
export const addressOf = (databaseUrl: string): string =>
  sqlitePathOf(databaseUrl) === null ? showPostgresUrl(databaseUrl) : databaseUrl;
