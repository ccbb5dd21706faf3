import { chownSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import postgres from 'postgres';
import {
  asServerUser,
  copyAsServerUser,
  type PostgresServer,
  startPostgresServer,
} from '../processes/server.ts';

export type Standby = PostgresServer & {
  /** Stops to replay what it receives. It goes on answering, with what it had. */
  pauseReplay(): Promise<void>;
  resumeReplay(): Promise<void>;
  /** Makes it a primary, and waits until it is one. */
  promote(): Promise<void>;
};

/** The name that `synchronous_standby_names` of the primary has to list for synchronous commits. */
const standbyName = 'standby';

/** Settings of a primary, and of a standby that may become one. */
const settings = ['wal_level=replica', 'hot_standby=on', 'wal_keep_size=256MB', 'max_wal_senders=5'];

/** A primary for standbys. Its commits are as durable as in life, because a token names what is on the disk. */
export const startPrimary = (): Promise<PostgresServer> =>
  startPostgresServer({ fsync: true, extra: settings });

/** What a standby needs to know of its primary. */
type Primary = Pick<PostgresServer, 'url' | 'port' | 'data'>;

/** Copies the primary while it runs, as `pg_basebackup` does, which the package of the server does not have. */
export const startStandby = async (primary: Primary, more: readonly string[] = []): Promise<Standby> => {
  const server = await startPostgresServer({
    fsync: true,
    extra: [...settings, ...more],
    fill: (data) => copyPrimary(primary, data),
  });
  const run = async (statement: string): Promise<void> => {
    await onServer(server, (sql) => sql.unsafe(statement));
  };
  return {
    ...server,
    pauseReplay: () => run('select pg_wal_replay_pause()'),
    resumeReplay: () => run('select pg_wal_replay_resume()'),
    promote: () => run('select pg_promote(true, 60)'),
  };
};

const copyPrimary = async (primary: Primary, data: string): Promise<void> => {
  await onServer(primary, async (sql) => {
    // The backup ends with its session.
    await sql`select pg_backup_start('standby', true)`;
    copyAsServerUser(primary.data, data);
    const [backup] = await sql<{ label: string }[]>`select labelfile as label from pg_backup_stop(false)`;
    write(join(data, 'backup_label'), backup?.label ?? '');
  });
  for (const own of ['postmaster.pid', 'postmaster.opts']) rmSync(join(data, own), { force: true });
  write(join(data, 'standby.signal'), '');
  const conninfo = `host=127.0.0.1 port=${primary.port} user=postgres application_name=${standbyName}`;
  write(join(data, 'postgresql.auto.conf'), `primary_conninfo = '${conninfo}'\n`);
};

const write = (path: string, text: string): void => {
  writeFileSync(path, text, { mode: 0o600 });
  if ('uid' in asServerUser) chownSync(path, asServerUser.uid, asServerUser.gid);
};

/** Works on one connection to the server. */
export const onServer = async <T>(
  { url }: Pick<PostgresServer, 'url'>,
  work: (sql: postgres.Sql) => Promise<T>,
  database = 'postgres',
): Promise<T> => {
  const sql = postgres(url(database), { max: 1, onnotice: () => {} });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
};

/** Waits until the standby has replayed all that the primary has committed. */
export const waitForReplay = async (
  primary: Pick<PostgresServer, 'url'>,
  standby: PostgresServer,
): Promise<void> => {
  const [end] = await onServer(
    primary,
    (sql) => sql<{ lsn: string }[]>`select pg_current_wal_flush_lsn()::text as lsn`,
  );
  await onServer(standby, async (sql) => {
    for (;;) {
      const [row] = await sql<{ there: boolean }[]>`
        select pg_last_wal_replay_lsn() >= ${end?.lsn ?? '0/0'}::pg_lsn as there`;
      if (row?.there === true) return;
      await Bun.sleep(10);
    }
  });
};
