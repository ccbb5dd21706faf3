import { chownSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { openDatabase } from '../chaos/run/database.ts';
import { createScratchFolder } from '../processes/cleanup.ts';
import { killAllApps, startApp, stopApp } from '../processes/processes.ts';
import { asServerUser, freePort } from '../processes/server.ts';
import { expectOrders, run, sell } from './shop.ts';

const folderOfDebian = '/usr/lib/postgresql';

/** The newest PostgreSQL of Debian's packages: the one of the tests has no `pg_basebackup`. */
export const binaries = (): string | null => {
  if (!existsSync(folderOfDebian)) return null;
  const [newest] = readdirSync(folderOfDebian).sort((one, other) => Number(other) - Number(one));
  const folder = join(folderOfDebian, newest ?? '', 'bin');
  return existsSync(join(folder, 'pg_basebackup')) && existsSync(join(folder, 'postgres')) ? folder : null;
};

/** With `REQUIRE_POSTGRES_TOOLS=1` this throws where they are missing. */
export const postgresToolsAvailable = (): boolean => {
  if (binaries() !== null) return true;
  if (process.env.REQUIRE_POSTGRES_TOOLS === '1') throw new Error('pg_basebackup is not installed');
  console.warn('The backup of PostgreSQL is SKIPPED: Debian’s package postgresql is not installed');
  return false;
};

/** A base backup and the log since then, restored to a point in time. */
export const tryPostgres = async (): Promise<void> => {
  const program = (name: string, ...args: readonly string[]) =>
    run(join(binaries() ?? '', name), args, asServerUser);
  const folder = createScratchFolder('backup', { inMemory: true });
  const [data, restored, archive] = ['data', 'restored', 'archive'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(archive);
  for (const path of [folder, archive])
    if ('uid' in asServerUser) chownSync(path, asServerUser.uid, asServerUser.gid);
  const start = async (directory: string): Promise<{ readonly url: string; readonly port: number }> => {
    const port = await freePort();
    const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', `port=${port}`];
    const flags = settings.map((setting) => `-c ${setting}`).join(' ');
    program('pg_ctl', 'start', '-w', '-D', directory, '-l', join(folder, 'log'), '-o', flags);
    return { url: `postgres://postgres@127.0.0.1:${port}/postgres`, port };
  };
  const env = { QUEUE_POLL_MS: '50' };

  program('initdb', '-D', data, '--username=postgres', '--auth=trust', '--no-sync', '--encoding=UTF8');
  writeFileSync(
    join(data, 'postgresql.auto.conf'),
    `archive_mode = on\narchive_command = 'test ! -f ${archive}/%f && cp %p ${archive}/%f'\n`,
  );
  const server = await start(data);
  try {
    const shop = await startApp({ databaseUrl: server.url, env });
    const before = await sell(shop, 'BEFORE', 3);
    const [host, port] = ['127.0.0.1', String(server.port)];
    program('pg_basebackup', '-h', host, '-p', port, '-U', 'postgres', '-D', restored, '--checkpoint=fast');
    program('pg_verifybackup', restored);
    const after = await sell(shop, 'AFTER', 3);
    const database = openDatabase(server.url);
    const [row] = await database.run('select clock_timestamp()::text as at');
    const lost = await sell(shop, 'LOST', 3);
    // The server archives a segment when it is full, or when it is told to.
    await database.run('select pg_switch_wal()');
    await database.close();
    await killAllApps();
    program('pg_ctl', 'stop', '-w', '-D', data, '-m', 'fast');
    rmSync(data, { recursive: true });

    const recovery = [
      `restore_command = 'cp ${archive}/%f %p'`,
      `recovery_target_time = '${row?.at}'`,
      `recovery_target_action = 'promote'`,
    ];
    writeFileSync(join(restored, 'postgresql.auto.conf'), `${recovery.join('\n')}\n`);
    writeFileSync(join(restored, 'recovery.signal'), '');
    const { url } = await start(restored);
    const again = await startApp({ databaseUrl: url, env });
    await expectOrders(again, [...before, ...after], lost);
    await sell(again, 'AGAIN', 1);
    await stopApp(again);
    console.log(`PostgreSQL: ${before.length + after.length} orders restored to a point in time`);
  } finally {
    await killAllApps();
    for (const directory of [data, restored])
      if (existsSync(join(directory, 'postmaster.pid')))
        program('pg_ctl', 'stop', '-w', '-D', directory, '-m', 'immediate');
  }
};
