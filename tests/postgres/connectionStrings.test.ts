import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { chownSync, copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { connect, type Sql } from '../../adapters/postgres/connection.ts';
import { createScratchFolder } from '../processes/cleanup.ts';
import { postgresAvailable } from '../processes/postgres.ts';
import { asServerUser, freePort, type PostgresServer, startPostgresServer } from '../processes/server.ts';

const hasPostgres = await postgresAvailable();
const certificates = fileURLToPath(new URL('tls', import.meta.url));

const connections: Sql[] = [];
afterEach(async () => {
  await Promise.all(connections.splice(0).map((sql) => sql.end({ timeout: 0 })));
});

/** Asks one thing over a new connection, and returns the answer or the code of the failure. */
const ask = async (url: string, question: string): Promise<unknown> => {
  const sql = connect({ url, poolSize: 1 });
  connections.push(sql);
  try {
    const [row] = await sql.unsafe(question);
    return row?.answer;
  } catch (cause) {
    return cause instanceof Error && 'code' in cause ? cause.code : String(cause);
  }
};

const usesTls = 'select ssl as answer from pg_stat_ssl where pid = pg_backend_pid()';

describe.skipIf(!hasPostgres)('TLS to Postgres', () => {
  let server: PostgresServer;
  let plain: PostgresServer;
  beforeAll(async () => {
    [server, plain] = await Promise.all([startPostgresServer(), startPostgresServer()]);
    await enableTls(server);
  }, 120_000);
  afterAll(() => Promise.all([server.remove(), plain.remove()]));

  const url = (parameters: string, host = 'localhost') =>
    `postgres://postgres@${host}:${server.port}/postgres?${parameters}`;
  const file = (name: string) => join(certificates, name);

  test('Without a mode nothing is encrypted on this machine', async () => {
    expect(await ask(url(''), usesTls)).toBe(false);
    expect(await ask(url('sslmode=disable'), usesTls)).toBe(false);
  });

  test('`allow` and `prefer` use TLS if the server offers it', async () => {
    expect(await ask(url('sslmode=prefer'), usesTls)).toBe(true);
    const toPlain = (mode: string) => plain.url('postgres').concat(`?sslmode=${mode}`);
    expect(await ask(toPlain('prefer'), usesTls)).toBe(false);
    expect(await ask(toPlain('allow'), usesTls)).toBe(false);
  });

  test('`require` refuses a server without TLS', async () => {
    expect(await ask(url('sslmode=require'), usesTls)).toBe(true);
    expect(await ask(plain.url('postgres').concat('?sslmode=require'), usesTls)).toBe('TLS_NOT_OFFERED');
  });

  test('A root certificate is what the certificate of the server is checked against', async () => {
    for (const mode of ['require', 'verify-ca', 'verify-full']) {
      expect(await ask(url(`sslmode=${mode}&sslrootcert=${file('root.crt')}`), usesTls)).toBe(true);
      expect(await ask(url(`sslmode=${mode}&sslrootcert=${file('other.crt')}`), usesTls)).not.toBe(true);
    }
    expect(await ask(url('sslmode=verify-full'), usesTls)).not.toBe(true);
  });

  test('Only `verify-full` checks the name in the certificate', async () => {
    const withRoot = (mode: string) => url(`sslmode=${mode}&sslrootcert=${file('root.crt')}`, '127.0.0.1');
    expect(await ask(withRoot('verify-ca'), usesTls)).toBe(true);
    expect(await ask(withRoot('verify-full'), usesTls)).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  });

  test('A certificate of the client is sent', async () => {
    const own = `sslmode=require&sslcert=${file('client.crt')}&sslkey=${file('client.key')}`;
    const name = 'select client_dn as answer from pg_stat_ssl where pid = pg_backend_pid()';
    expect(await ask(url(own), name)).toBe('/CN=postgres');
  });

  test('A file that cannot be read is named', () => {
    expect(() => connect({ url: url('sslmode=verify-ca&sslrootcert=/nowhere/ca.pem') })).toThrow(
      /^sslrootcert cannot be read: .*\/nowhere\/ca\.pem/,
    );
  });
});

const enableTls = async (server: PostgresServer): Promise<void> => {
  const folder = createScratchFolder('tls', { inMemory: true });
  if ('uid' in asServerUser) chownSync(folder, asServerUser.uid, asServerUser.gid);
  const sql = connect({ url: server.url('postgres'), poolSize: 1 });
  for (const [setting, name] of [
    ['ssl_cert_file', 'server.crt'],
    ['ssl_key_file', 'server.key'],
    ['ssl_ca_file', 'root.crt'],
  ] as const) {
    const path = join(folder, name);
    copyFileSync(join(certificates, name), path);
    const { uid, gid } = 'uid' in asServerUser ? asServerUser : { uid: process.getuid?.() ?? 0, gid: 0 };
    if ('uid' in asServerUser) chownSync(path, uid, gid);
    // The server refuses a key that others can read.
    await Bun.$`chmod 600 ${path}`.quiet();
    await sql.unsafe(`alter system set ${setting} = '${path}'`);
  }
  await sql.unsafe('alter system set ssl = on');
  await sql.end();
  await server.stop();
  await server.start();
};

describe.skipIf(!hasPostgres)('Several hosts in a connection string', () => {
  let primary: PostgresServer;
  let standby: PostgresServer;
  beforeAll(async () => {
    [primary, standby] = await Promise.all([startPostgresServer(), startPostgresServer()]);
    await makeStandby(standby);
  }, 120_000);
  afterAll(() => Promise.all([primary.remove(), standby.remove()]));

  const portOf = 'select inet_server_port() as answer';
  const url = (ports: readonly number[], target = '') => {
    const hosts = ports.map((port) => `127.0.0.1:${port}`).join(',');
    return `postgres://postgres@${hosts}/postgres${target && `?target_session_attrs=${target}`}`;
  };

  test('The first host that answers is used', async () => {
    const dead = await freePort();
    expect(await ask(url([dead, primary.port]), portOf)).toBe(primary.port);
    expect(await ask(url([primary.port, dead]), portOf)).toBe(primary.port);
    expect(await ask(url([standby.port, primary.port]), portOf)).toBe(standby.port);
  });

  test('A connection fails if none of the hosts answers', async () => {
    const dead = [await freePort(), await freePort()];
    expect(await ask(url(dead), portOf)).toBe('ECONNREFUSED');
    expect(await ask(url(dead, 'primary'), portOf)).toBe('ECONNREFUSED');
    expect(await ask(url(dead, 'prefer-standby'), portOf)).toBe('ECONNREFUSED');
  });

  test('`primary` and `read-write` pass over a standby', async () => {
    for (const target of ['primary', 'read-write'])
      expect(await ask(url([standby.port, primary.port], target), portOf)).toBe(primary.port);
  });

  test('`prefer-standby` takes a primary only if no standby answers', async () => {
    expect(await ask(url([primary.port, standby.port], 'prefer-standby'), portOf)).toBe(standby.port);
    expect(await ask(url([primary.port], 'prefer-standby'), portOf)).toBe(primary.port);
    expect(await ask(url([primary.port, await freePort()], 'prefer-standby'), portOf)).toBe(primary.port);
  });

  test('A connection fails if no host is of the kind that is asked for', async () => {
    expect(await ask(url([standby.port], 'primary'), portOf)).toBe('TARGET_NOT_FOUND');
    expect(await ask(url([standby.port, standby.port], 'primary'), portOf)).toBe('TARGET_NOT_FOUND');
    expect(await ask(url([primary.port], 'standby'), portOf)).toBe('TARGET_NOT_FOUND');
  });
});

/** Restarts the server in recovery, where it takes no writes. */
const makeStandby = async (server: PostgresServer): Promise<void> => {
  const data = String(
    await ask(
      server.url('postgres'),
      `select setting as answer from pg_settings where name = 'data_directory'`,
    ),
  );
  await Promise.all(connections.splice(0).map((sql) => sql.end()));
  await server.stop();
  writeFileSync(join(data, 'standby.signal'), '');
  await server.start();
};

describe.skipIf(!hasPostgres)('The session of a connection string', () => {
  const folder = createScratchFolder('socket', { inMemory: true });
  let server: PostgresServer;
  beforeAll(async () => {
    if ('uid' in asServerUser) chownSync(folder, asServerUser.uid, asServerUser.gid);
    server = await startPostgresServer({ extra: [`unix_socket_directories=${folder}`] });
  }, 120_000);
  afterAll(() => server.remove());

  test('Its name and its options reach the server', async () => {
    const url = `${server.url('postgres')}?application_name=till%201&options=-c%20search_path%3Dpg_temp`;
    expect(await ask(url, `select current_setting('application_name') as answer`)).toBe('till 1');
    expect(await ask(url, `select current_setting('search_path') as answer`)).toBe('pg_temp');
    expect(await ask(server.url('postgres'), `select current_setting('application_name') as answer`)).toBe(
      'cartwright',
    );
  });

  test('A Unix socket is used', async () => {
    const overSocket = 'select (inet_server_port() is null) as answer';
    const asParameter = `postgres://postgres@/postgres?host=${folder}&port=${server.port}`;
    expect(await ask(asParameter, overSocket)).toBe(true);
    const asHost = `postgres://postgres@${encodeURIComponent(folder)}:${server.port}/postgres`;
    expect(await ask(asHost, overSocket)).toBe(true);
  }, 120_000);
});
