import { chownSync, cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '../chaos/run/database.ts';
import { createScratchFolder } from '../processes/cleanup.ts';
import { createClient, expectStatus, valueAt } from '../processes/client.ts';
import { type App, killAllApps, startApp, stopApp } from '../processes/processes.ts';
import { asServerUser, freePort } from '../processes/server.ts';
import { tokenFor } from '../processes/tokens.ts';
import { binaries } from './postgres.ts';
import { expectOrders, run, sell } from './shop.ts';

const [password, readPassword] = ['the-owner', "it's for reading"];
const env = { QUEUE_POLL_MS: '50' };

/**
 * A standby made by the scripts of deploy/postgres, a base backup of it, and its promotion. The backup is restored to a
 * point in time after the promotion, so over the log of two timelines.
 */
export const tryStandby = async (): Promise<void> => {
  const folder = createFolder();
  const { primary, standby, restored, archive, scripts } = folder;
  const servers = createServers(folder);
  const [port, standbyPort] = [await freePort(), await freePort()];

  const passwordFile = join(folder.top, 'password');
  writeAsServerUser(passwordFile, password);
  const initdb = ['-D', primary, '--username=shop', `--pwfile=${passwordFile}`, '--auth=trust', '--no-sync'];
  servers.program('initdb', ...initdb, '--encoding=UTF8');
  try {
    servers.program('pg_ctl', ...servers.startOf(primary, port));
    const connection = { PGHOST: '127.0.0.1', PGPORT: String(port), PGUSER: 'shop', PGDATABASE: 'postgres' };
    const passwords = { PGPASSWORD: password, REPLICATION_PASSWORD: password, READ_PASSWORD: readPassword };
    // Each start of the composition runs it, and the first one before there is a table.
    for (let starts = 0; starts < 2; starts++)
      servers.script(join(scripts, 'users.sh'), [], { ...connection, ...passwords });
    const shop = await startApp({ databaseUrl: urlOf('shop', password, port), env });
    const before = await sell(shop, 'BEFORE', 3);

    const conninfo = `host=127.0.0.1 port=${port} user=replicator application_name=standby`;
    const startStandby = ['pg_ctl', ...servers.startOf(standby, standbyPort)];
    servers.script(join(scripts, 'standby.sh'), startStandby, {
      ...{ PGDATA: standby, PRIMARY: conninfo, PGPASSWORD: password },
    });
    await expectReplica(port, standbyPort, before);

    const source = `host=127.0.0.1 port=${standbyPort} user=replicator password=${password}`;
    servers.program('pg_basebackup', '-d', source, '-D', restored, '--checkpoint=fast');
    servers.program('pg_verifybackup', restored);
    const after = await sell(shop, 'AFTER', 3);

    // It sends all that it has to the standby before it ends.
    await stopApp(shop);
    servers.program('pg_ctl', 'stop', '-w', '-D', primary, '-m', 'fast');
    servers.program('pg_ctl', 'promote', '-w', '-D', standby);
    const newShop = await startApp({ databaseUrl: urlOf('shop', password, standbyPort), env });
    const promoted = await sell(newShop, 'PROMOTED', 3);
    const database = openDatabase(urlOf('shop', password, standbyPort));
    const [row] = await database.run('select clock_timestamp()::text as at');
    const lost = await sell(newShop, 'LOST', 3);
    // The server archives a segment when it is full, or when it is told to.
    await database.run('select pg_switch_wal()');
    await database.close();
    await killAllApps();
    servers.program('pg_ctl', 'stop', '-w', '-D', standby, '-m', 'fast');

    // The copy of a standby is a standby too. Without a time to restore to, it would stay one.
    rmSync(join(restored, 'standby.signal'));
    const recovery = [
      `restore_command = 'cp ${archive}/%f %p'`,
      `recovery_target_time = '${row?.at}'`,
      `recovery_target_action = 'promote'`,
    ];
    writeFileSync(join(restored, 'postgresql.auto.conf'), `${recovery.join('\n')}\n`);
    writeAsServerUser(join(restored, 'recovery.signal'), '');
    const restoredPort = await freePort();
    servers.program('pg_ctl', ...servers.startOf(restored, restoredPort));
    const again = await startApp({ databaseUrl: urlOf('shop', password, restoredPort), env });
    const kept = [...before, ...after, ...promoted];
    await expectOrders(again, kept, lost);
    await sell(again, 'AGAIN', 1);
    await stopApp(again);
    console.log(`PostgreSQL: ${kept.length} orders restored from the backup of a standby that was promoted`);
  } finally {
    await killAllApps();
    for (const directory of [restored, standby, primary])
      if (existsSync(join(directory, 'postmaster.pid')))
        servers.program('pg_ctl', 'stop', '-w', '-D', directory, '-m', 'immediate');
  }
};

type Folder = Readonly<Record<'top' | 'primary' | 'standby' | 'restored' | 'archive' | 'scripts', string>>;

/** The scripts stand beside the data: the user of the servers may not be able to read the sources. */
const createFolder = (): Folder => {
  const top = createScratchFolder('standby', { inMemory: true });
  const [archive, scripts] = [join(top, 'archive'), join(top, 'scripts')];
  mkdirSync(archive);
  cpSync(fileURLToPath(new URL('../../deploy/postgres', import.meta.url)), scripts, { recursive: true });
  for (const path of [top, archive, scripts])
    if ('uid' in asServerUser) chownSync(path, asServerUser.uid, asServerUser.gid);
  const [primary, standby, restored] = [join(top, 'primary'), join(top, 'standby'), join(top, 'restored')];
  return { top, primary, standby, restored, archive, scripts };
};

/** Runs the programs of PostgreSQL as the user of the servers. */
const createServers = ({ top, archive, scripts }: Folder) => {
  const folder = binaries() ?? '';
  const settings = [
    ...['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_slot_wal_keep_size=4GB'],
    ...[`hba_file=${scripts}/pg_hba.conf`, 'archive_mode=always'],
    // Both archive the same segments.
    `archive_command='cmp -s %p ${archive}/%f || { test ! -f ${archive}/%f && cp %p ${archive}/%f; }'`,
  ];
  return {
    program: (name: string, ...args: readonly string[]) => run(join(folder, name), args, asServerUser),
    script: (path: string, args: readonly string[], variables: Readonly<Record<string, string>>) =>
      run('sh', [path, ...args], { ...asServerUser, env: { PATH: `${folder}:/usr/bin:/bin`, ...variables } }),
    startOf: (data: string, port: number): readonly string[] => {
      const flags = [...settings, `port=${port}`].map((setting) => `-c ${quoted(setting)}`).join(' ');
      return ['start', '-w', '-D', data, '-l', join(top, 'log'), '-o', flags];
    },
  };
};

/** `pg_ctl` gives its options to a shell. */
const quoted = (setting: string): string => {
  const [, name = '', value = ''] = /^(\w+)=(.*)$/.exec(setting) ?? [];
  return `${name}="${value.replace(/^'(.*)'$/, '$1')}"`;
};

const writeAsServerUser = (path: string, text: string): void => {
  writeFileSync(path, text, { mode: 0o600 });
  if ('uid' in asServerUser) chownSync(path, asServerUser.uid, asServerUser.gid);
};

const urlOf = (user: string, secret: string, port: number): string =>
  `postgres://${user}:${encodeURIComponent(secret)}@127.0.0.1:${port}/postgres`;

/** A process that may only read serves from the standby. */
const expectReplica = async (
  port: number,
  standbyPort: number,
  orderIds: readonly string[],
): Promise<void> => {
  const reader = await startApp({
    databaseUrl: urlOf('cartwright_read', readPassword, port),
    role: 'read',
    env: { ...env, DATABASE_REPLICA_URL: urlOf('cartwright_read', readPassword, standbyPort) },
  });
  await waitForReplica(reader);
  await expectOrders(reader, orderIds, []);
  await stopApp(reader);
};

/** For at most two minutes. */
const waitForReplica = async ({ url, output }: App): Promise<void> => {
  const client = createClient(url, await tokenFor('op@shop.test', 'operator'));
  const untilMs = Date.now() + 120_000;
  for (;;) {
    const { body } = expectStatus(await client.get('/health/ready'), 200);
    if (valueAt(valueAt(body, 'replica'), 'state') === 'up') return;
    if (Date.now() > untilMs) throw new Error(`the replica is not used: ${output()}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};
