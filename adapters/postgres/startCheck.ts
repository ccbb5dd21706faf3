import type { Sql } from './connection.ts';
import { isMigrated, tableNames } from './migrate.ts';

/** The database can be reached, but the shop could not work with it. The message says what to do. */
export class CannotUseDatabase extends Error {
  override readonly name = 'CannotUseDatabase';
}

/** Another process has not brought the database up to date yet, or its work has not come to this copy. Waiting helps. */
export class NotMigrated extends Error {
  override readonly name = 'NotMigrated';
  readonly code = 'NOT_MIGRATED';
}

/** The oldest PostgreSQL that the contract suites have passed on. */
const oldestMajor = 14;

/** @throws CannotUseDatabase if the server is too old. */
export const checkVersion = async (sql: Sql): Promise<void> => {
  const [server] = await sql<{ number: number; version: string }[]>`
    select current_setting('server_version_num')::int as number, current_setting('server_version') as version`;
  const refusal = refuseVersion(server?.number ?? 0, server?.version ?? '');
  if (refusal !== null) throw new CannotUseDatabase(refusal);
};

/** `number` is `server_version_num`: 140005 is 14.5. */
export const refuseVersion = (number: number, version: string): string | null =>
  number >= oldestMajor * 10_000
    ? null
    : `it is PostgreSQL ${version}, and this version needs ${oldestMajor} or newer: upgrade the server`;

/** Rejects with SQLSTATE 25006 if the server takes no writes, such as a standby. */
export const checkWrites = async (sql: Sql): Promise<void> => {
  await sql`update secret set value = value where false`;
};

/** @throws NotMigrated, and `SchemaTooNew` or `SchemaTooOld` as a migration does. */
export const checkMigrated = async (sql: Sql): Promise<void> => {
  if (!(await isMigrated(sql))) throw new NotMigrated('the database is not migrated');
};

/** How many tables a message names. */
const shownMax = 5;

/**
 * Checks that this user may do what it needs to with all tables of the migrations. A later start creates nothing, so
 * without this the first order would find out.
 *
 * @throws CannotUseDatabase
 */
export const checkRights = async (sql: Sql, readOnly: boolean): Promise<void> => {
  const needed = readOnly ? ['SELECT'] : ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];
  const missing = await sql<{ table: string; rights: string[]; user: string }[]>`
    select t.name as table, array_agg(lower(r.name) order by r.name) as rights, current_user as user
    from unnest(${await tableNames()}::text[]) as t(name) cross join unnest(${needed}::text[]) as r(name)
    where not has_table_privilege(to_regclass(t.name), r.name)
    group by t.name order by t.name`;
  const [first] = missing;
  if (first === undefined) return;
  const more = missing.length > shownMax ? ` and ${missing.length - shownMax} more tables` : '';
  const tables = missing.slice(0, shownMax).map(({ table, rights }) => `${table} (${rights.join(', ')})`);
  throw new CannotUseDatabase(
    `its user ${first.user} lacks rights on ${tables.join(', ')}${more}: grant ${needed.join(', ').toLowerCase()} on all tables in schema public to "${first.user}"`,
  );
};

/** What an operator can do about a start that failed, by SQLSTATE and by error code. Null if the message says it all. */
export const adviseOnStart = (cause: Error): string | null => {
  const code = 'code' in cause ? String(cause.code) : '';
  return advice[code] ?? (/certificate/i.test(cause.message) ? advice.CERTIFICATE : null) ?? null;
};

const advice: Readonly<Record<string, string>> = {
  '28P01': 'check the user and the password in DATABASE_URL',
  '28000': 'check the user in DATABASE_URL, and what pg_hba.conf of the server allows it',
  '3D000': 'create the database, or correct its name in DATABASE_URL',
  '3F000':
    'create a schema for its user: create schema public; grant create, usage on schema public to the user',
  '42501':
    'make its user the owner of the database. Or grant create, usage on schema public to it for the first start, and select, insert, update, delete on all tables for later ones',
  '55P03':
    'wait until those transactions have ended, or end them with select pg_terminate_backend(process), and start again',
  '25006': 'use a server that takes writes, or target_session_attrs=primary with several hosts',
  NOT_MIGRATED: 'start a process with another role, or run bun run migrate, because ROLE=read writes nothing',
  ENOTFOUND: 'check the host in DATABASE_URL',
  EAI_AGAIN: 'check the host in DATABASE_URL',
  ECONNREFUSED: 'check that it runs, and the host and the port in DATABASE_URL',
  CONNECT_TIMEOUT: 'check that it runs, the host and the port in DATABASE_URL, and the firewall',
  ENOENT: 'check that it runs, and the folder of the socket in DATABASE_URL',
  TLS_NOT_OFFERED: 'switch TLS on at the server, or set sslmode=prefer or disable',
  ERR_TLS_CERT_ALTNAME_INVALID: 'use a host that the certificate names, or sslmode=verify-ca',
  CERTIFICATE: 'set sslrootcert to the file of the authority that signed the certificate of the server',
};
