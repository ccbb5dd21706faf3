import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '../chaos/run/database.ts';
import { createScratchFolder } from './cleanup.ts';
import { createTestDatabase, postgresAvailable, type TestDatabase } from './postgres.ts';
import { type AppOptions, killAllApps, launchApp, startApp, stopApp } from './processes.ts';
import { asServerUser, startPostgresServer } from './server.ts';

const hasPostgres = await postgresAvailable();

afterEach(killAllApps);

/** Starts the program, expects that it ends by itself with an error, and returns what it wrote. */
const refuse = async (options: AppOptions): Promise<string> => {
  const app = await launchApp({ ...options, env: { DATABASE_WAIT_MS: '0', ...options.env } });
  expect(await app.stopped).toEqual({ code: 1, signal: null });
  const output = app.output();
  expect(output).toContain('Cartwright cannot start: ');
  // No stack: each line of one begins so.
  expect(output).not.toMatch(/^\s+at /m);
  return output;
};

/** Gives a file to the user of the Postgres servers, if the tests run as root. */
const give = (path: string): void => {
  if ('uid' in asServerUser) chownSync(path, asServerUser.uid, asServerUser.gid);
};

describe.skipIf(!hasPostgres)('A start on a database that cannot be used', () => {
  let database: TestDatabase;
  let run: (statement: string) => Promise<unknown>;
  let close: () => Promise<void>;
  const users = ['newcomer', 'reader', 'clerk'].map((name) => `${name}_${crypto.randomUUID().slice(0, 8)}`);
  const [newcomer = '', reader = '', clerk = ''] = users;
  beforeAll(async () => {
    database = await createTestDatabase();
    const admin = openDatabase(database.url);
    run = (statement) => admin.run(statement);
    close = () => admin.close();
    for (const user of users) await run(`create role ${user} login`);
    await run(`grant select on all tables in schema public to ${reader}`);
    await run(`grant select, insert, update, delete on all tables in schema public to ${clerk}`);
  });
  afterAll(async () => {
    for (const user of users) await run(`drop owned by ${user} cascade; drop role ${user}`);
    await close();
    await database.drop();
  });
  const urlAs = (user: string, url = database.url) =>
    Object.assign(new URL(url), { username: user, password: 'hunter2' }).href;

  test('A user that may not create tables in an empty database is told which right it lacks', async () => {
    const empty = await createTestDatabase({ empty: true });
    const output = await refuse({ databaseUrl: urlAs(newcomer, empty.url) });
    expect(output).toContain('permission denied for schema public');
    expect(output).toContain('grant create, usage on schema public');
    expect(output).not.toContain('hunter2');
    await empty.drop();
  });

  test('A user that may not write is told the tables and the grant', async () => {
    const output = await refuse({ databaseUrl: urlAs(reader) });
    expect(output).toMatch(/audit \(delete, insert, update\), .* and \d+ more tables/);
    expect(output).toContain(`on all tables in schema public to "${reader}"`);
  });

  test.each(['production', 'development'])(
    'A user that only reads is enough for ROLE=read in %s',
    async (nodeEnv) => {
      const env = { NODE_ENV: nodeEnv };
      const app = await startApp({ databaseUrl: urlAs(reader), role: 'read', env });
      expect((await fetch(`${app.url}/products`)).status).toBe(200);
      expect((await stopApp(app)).code).toBe(0);
    },
  );

  test('A user without rights on tables that exist is told those of a later start', async () => {
    expect(await refuse({ databaseUrl: urlAs(newcomer) })).toContain('select, insert, update, delete on all');
  });

  test('A user that may not create the schema of the simulated provider is refused, not the first checkout', async () => {
    const output = await refuse({ databaseUrl: urlAs(clerk) });
    expect(output).toContain('permission denied for database');
    expect(output).toContain('create schema simulated_provider authorization');
  });

  test('A user that may do all this once its schema exists needs no right to create', async () => {
    await run(`create schema simulated_provider authorization ${clerk}`);
    const app = await startApp({ databaseUrl: urlAs(clerk) });
    expect((await stopApp(app)).code).toBe(0);
    await run(`revoke all on simulated_provider.record from ${clerk}`);
    expect(await refuse({ databaseUrl: urlAs(clerk) })).toContain('permission denied for table record');
  });

  test('A database that does not exist is named', async () => {
    const url = Object.assign(new URL(database.url), { pathname: '/nowhere' }).href;
    expect(await refuse({ databaseUrl: url })).toMatch(
      /database "nowhere" does not exist.*create the database/,
    );
  });

  test('A server that takes no writes is said, also if its tables exist', async () => {
    const empty = await createTestDatabase({ empty: true });
    for (const { url } of [database, empty]) {
      const output = await refuse({ databaseUrl: `${url}?options=-c%20default_transaction_read_only%3Don` });
      expect(output).toMatch(/is read-only.*takes writes/);
    }
    await empty.drop();
  });

  test('A wrong password is refused at once, without being shown', async () => {
    const folder = createScratchFolder('hba', { inMemory: true });
    const rules = ['host all postgres 127.0.0.1/32 trust', 'host all shop 127.0.0.1/32 scram-sha-256'];
    writeFileSync(join(folder, 'hba'), `${rules.join('\n')}\n`);
    for (const path of [folder, join(folder, 'hba')]) give(path);
    const server = await startPostgresServer({ extra: [`hba_file=${join(folder, 'hba')}`] });
    const admin = openDatabase(server.url('postgres'));
    await admin.run(`create role shop login password 'p%ss/w@rd'`);
    await admin.run('create database shop owner shop');
    await admin.close();
    const urlWith = (user: string, password: string) =>
      Object.assign(new URL(server.url('shop')), { username: user, password }).href;
    const wrong = await refuse({
      databaseUrl: urlWith('shop', 'hunter2'),
      env: { DATABASE_WAIT_MS: '600000' },
    });
    expect(wrong).toMatch(/password authentication failed for user "shop".*check the user and the password/);
    expect(wrong).not.toContain('hunter2');
    const stranger = await refuse({ databaseUrl: urlWith('nobody', 'hunter2') });
    expect(stranger).toMatch(/no pg_hba.conf entry .*check the user in DATABASE_URL/);
    const app = await startApp({ databaseUrl: urlWith('shop', 'p%25ss%2Fw%40rd') });
    expect((await stopApp(app)).code).toBe(0);
    await server.remove();
  }, 120_000);

  test('A parameter that is not known is refused by its name', async () => {
    expect(await refuse({ databaseUrl: `${database.url}?sslmod=require` })).toContain(
      'the parameter sslmod is not known',
    );
  });

  test('A certificate that cannot be read is named', async () => {
    const url = `${database.url}?sslmode=verify-ca&sslrootcert=/nowhere/ca.pem`;
    expect(await refuse({ databaseUrl: url })).toContain('sslrootcert cannot be read: ');
  });
});

describe('A start that cannot reach its database', () => {
  test('A host that is not known is said', async () => {
    const output = await refuse({ databaseUrl: 'postgres://shop:hunter2@nowhere.invalid/shop' });
    expect(output).toMatch(/nowhere\.invalid:5432\/shop: the name .* not known.*check the host/);
    expect(output).not.toContain('hunter2');
  });

  test('A % in a password is explained', async () => {
    const output = await refuse({ databaseUrl: 'postgres://shop:100%hunter2@localhost/shop' });
    expect(output).toContain('write %25 for each %');
    expect(output).not.toContain('hunter2');
  });
});

describe('A start on a path that is no database', () => {
  test.each([
    ['a folder', (path: string) => mkdirSync(path), /another path: this one is a folder/],
    [
      'some other file',
      (path: string) => writeFileSync(path, 'a picture, or a letter'),
      /not a database.*another path/,
    ],
  ])('The path of %s is refused with what to do', async (_, create, advice) => {
    const path = join(createScratchFolder('path', { inMemory: true }), 'shop.db');
    create(path);
    expect(await refuse({ databaseUrl: `sqlite:${path}` })).toMatch(advice);
  });
});

// Rights do not bind root, so the program runs as the user of the Postgres servers.
const canDropRights =
  'uid' in asServerUser && spawnSync(process.execPath, ['--version'], asServerUser).status === 0;

describe.skipIf(!canDropRights && process.getuid?.() === 0)(
  'A start on a file that cannot be written',
  () => {
    const folder = createScratchFolder('readonly', { inMemory: true });
    const startAsUser = (path: string) =>
      spawnSync(process.execPath, ['server/main.ts'], {
        ...asServerUser,
        encoding: 'utf8',
        env: { PATH: process.env.PATH ?? '', PORT: '0', DATABASE_URL: `sqlite:${path}` },
        timeout: 120_000,
      });
    const give = (path: string) => {
      if ('uid' in asServerUser) chownSync(path, asServerUser.uid, asServerUser.gid);
    };

    test('A data folder that cannot be created, or be written, is named with what to do', () => {
      give(folder);
      chmodSync(folder, 0o555);
      for (const path of [join(folder, 'data', 'shop.db'), join(folder, 'shop.db')]) {
        const { status, stderr } = startAsUser(path);
        expect(stderr).toMatch(
          /^Cartwright cannot start: the database sqlite:.*let this user create and write files/,
        );
        expect(stderr.trimEnd()).not.toContain('\n');
        expect(status).toBe(1);
      }
      chmodSync(folder, 0o755);
    });

    test.each([
      ['database', 'shop.db'],
      ['records of the simulated provider', 'shop.provider.db'],
    ])('A file of the %s that may only be read is refused at the start', async (_, name) => {
      const data = join(folder, crypto.randomUUID());
      mkdirSync(data);
      const app = await startApp({ databaseUrl: `sqlite:${join(data, 'shop.db')}` });
      await stopApp(app);
      give(data);
      for (const file of ['shop.db', 'shop.provider.db']) give(join(data, file));
      chmodSync(join(data, name), 0o444);
      const { status, stderr } = startAsUser(join(data, 'shop.db'));
      expect(stderr).toMatch(/^Cartwright cannot start: .*EACCES/);
      expect(stderr).toContain(name);
      expect(status).toBe(1);
    });
  },
);
