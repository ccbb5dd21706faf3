import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { chownSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createEngine } from '../../adapters/sandbox/engine.ts';
import { createStripeApi } from '../../adapters/sandbox/http/api.ts';
import { createMemoryRecords } from '../../adapters/sandbox/memoryRecords.ts';
import { openDatabase } from '../chaos/run/database.ts';
import { startSmtpSink } from '../smtp/sink.ts';
import { createTestWorld } from '../world.ts';
import { createScratchFolder } from './cleanup.ts';
import { databases } from './databases.ts';
import { createTestDatabase, postgresAvailable, type TestDatabase } from './postgres.ts';
import { type AppOptions, killAllApps, launchApp, startApp, stopApp } from './processes.ts';
import { asServerUser, freePort, startPostgresServer } from './server.ts';

afterEach(killAllApps);

const preload = fileURLToPath(new URL('./skewedClock.ts', import.meta.url));

/** Runs the doctor to its end. What it writes never has the password of these tests. */
const examine = async (
  options: AppOptions,
): Promise<{ readonly code: number | null; readonly output: string }> => {
  const doctor = await launchApp({ ...options, program: 'server/doctor.ts' });
  const { code } = await doctor.stopped;
  const output = doctor.output();
  expect(output).not.toContain('hunter2');
  expect(output).not.toMatch(/^\s+at /m);
  return { code, output };
};

const newFile = (): string => join(createScratchFolder('doctor', { inMemory: true }), 'shop.db');

describe('the doctor', () => {
  test('A shop with nothing wrong passes, and the doctor creates nothing', async () => {
    const path = newFile();
    const { code, output } = await examine({ databaseUrl: `sqlite:${path}` });
    expect(output).toContain('does not exist yet; the first start creates it');
    expect(output).toEndWith('\nNothing is wrong.\n');
    expect(code).toBe(0);
    expect(existsSync(path)).toBe(false);
  });

  test.each(databases)('On %s, a topic that is subscribed without settings is said', async (_, create) => {
    const database = await create();
    const env = { KAFKA_BROKERS: '127.0.0.1:9', KAFKA_TOPIC: 'shop.orders' };
    await stopApp(await startApp({ databaseUrl: database.url, role: 'checkout', env }));
    const { code, output } = await examine({ databaseUrl: database.url });
    expect(output).toMatch(
      /wrong +database +KAFKA_BROKERS is not set, but the topic shop.orders of Kafka is subscribed: 0 events/,
    );
    expect(output).toContain('bun run events --end shop.orders');
    expect(code).toBe(1);

    const end = async (topic: string) => {
      const command = await launchApp({
        ...{ databaseUrl: database.url, program: 'server/events.ts' },
        argv: ['--end', topic],
      });
      return { ...(await command.stopped), output: command.output() };
    };
    expect(await end('orders')).toMatchObject({ code: 1, output: expect.stringContaining('shop.orders') });
    expect(await end('shop.orders')).toMatchObject({ code: 0 });
    expect((await examine({ databaseUrl: database.url })).output).toEndWith('\nNothing is wrong.\n');
    await database.drop();
  });

  test('The command that shows who receives events migrates nothing', async () => {
    const path = newFile();
    writeFileSync(path, '');
    const server = (await postgresAvailable()) ? await createTestDatabase({ empty: true }) : null;
    for (const databaseUrl of [`sqlite:${path}`, ...(server === null ? [] : [server.url])]) {
      const command = await launchApp({ databaseUrl, program: 'server/events.ts' });
      expect(await command.stopped).toMatchObject({ code: 1 });
      expect(command.output()).toContain('run bun run migrate first');
      expect((await examine({ databaseUrl })).output).toMatch(/the next start runs \d+ migrations/);
    }
    await server?.drop();
  });

  test('All settings that are wrong are listed', async () => {
    const env = { LOG_LEVEL: 'loud', SLOW_MS: '-1', DATABASE_URL: '' };
    const { code, output } = await examine({ databaseUrl: 'mysql://shop:hunter2@localhost/shop', env });
    for (const name of ['LOG_LEVEL', 'SLOW_MS', 'DATABASE_URL'])
      expect(output).toContain(`settings  ${name} `);
    expect(output).toContain('3 things are wrong.');
    expect(code).toBe(1);
  });

  test('A setting that is mistyped is a warning, which alone fails nothing', async () => {
    const mistyped =
      /warning +settings +KEEP_ANSWER_DAYS is no setting .* did you mean KEEP_ANSWERS_DAYS\?\n/;
    const env = { KEEP_ANSWER_DAYS: '400' };
    const healthy = await examine({ databaseUrl: 'sqlite::memory:', env });
    expect(healthy.output).toMatch(mistyped);
    expect(healthy.output).toEndWith('\nNothing is wrong. One warning.\n');
    expect(healthy.code).toBe(0);
    const wrong = await examine({ databaseUrl: 'sqlite::memory:', env: { ...env, SLOW_MS: '-1' } });
    expect(wrong.output).toMatch(mistyped);
    expect(wrong.output).toEndWith('\nOne thing is wrong. One warning.\n');
    expect(wrong.code).toBe(1);
  });

  test('A file that is no database is said, with what to do', async () => {
    const path = newFile();
    writeFileSync(
      path,
      'a picture, or a letter, that is long enough to have a header of a hundred bytes and more of it',
    );
    const { code, output } = await examine({ databaseUrl: `sqlite:${path}` });
    expect(output).toMatch(/wrong +database .*not a database\n +→ set DATABASE_URL=sqlite: and another path/);
    expect(code).toBe(1);
  });

  test('A folder in place of a database is said', async () => {
    const path = newFile();
    mkdirSync(path);
    expect((await examine({ databaseUrl: `sqlite:${path}` })).output).toContain('this one is a folder');
  });

  test('Servers that nothing listens for are all found in one run, each with its setting', async () => {
    const closed = await freePort();
    const { code, output } = await examine({
      databaseUrl: `postgres://shop:hunter2@127.0.0.1:${closed}/shop`,
      env: {
        SMTP_URL: `smtp://shop:hunter2@127.0.0.1:${closed}`,
        PAYMENT_PROVIDER: 'stripe',
        STRIPE_API_KEY: 'sk_test_hunter2',
        STRIPE_WEBHOOK_SECRET: 'whsec_hunter2',
        STRIPE_API_URL: `http://127.0.0.1:${closed}`,
        SHIPMENT_SERVICE_URL: `http://127.0.0.1:${closed}/shipments`,
        SERVICE_SECRET: `whsec_${Buffer.alloc(32, 1).toString('base64')}`,
      },
    });
    for (const [part, setting] of [
      ['database', 'DATABASE_URL'],
      ['mail server', 'SMTP_URL'],
      ['payments', 'STRIPE_API_URL'],
      ['carrier', 'SHIPMENT_SERVICE_URL'],
    ])
      expect(output).toMatch(new RegExp(`wrong +${part} .*\\n +→ .*${setting}`));
    expect(output).toContain('4 things are wrong.');
    expect(code).toBe(1);
  });

  test('A certificate that is not trusted and a login that is refused are told apart', async () => {
    const sink = await startSmtpSink({ auth: { user: 'shop', password: 'right' }, startTls: true });
    const databaseUrl = `sqlite:${newFile()}`;
    const withUrl = (login: string, query: string) =>
      examine({ databaseUrl, env: { SMTP_URL: `${sink.url.replace('//', `//${login}@`)}${query}` } });
    expect((await withUrl('shop:right', '')).output).toMatch(
      /wrong +mail server .*certificate of the mail server is not trusted.*\n +→ .*NODE_EXTRA_CA_CERTS/,
    );
    expect((await withUrl('shop:hunter2', '?tls.rejectUnauthorized=false')).output).toMatch(
      /wrong +mail server .*refused the login.*\n +→ check the user and the password in SMTP_URL/,
    );
    const right = await withUrl('shop:right', '?tls.rejectUnauthorized=false');
    expect(right.output).toMatch(/ok +mail server .* answers and takes the login/);
    expect(right.code).toBe(0);
    expect(sink.mails).toEqual([]);
    await sink.close();
  });

  test('A key that the payment provider refuses is told from one that it takes', async () => {
    const api = createStripeApi(createEngine(createMemoryRecords(), createTestWorld(), { events: 'none' }));
    const server = Bun.serve({
      port: 0,
      fetch: async (request) =>
        request.headers.get('authorization') === 'Bearer sk_test_right'
          ? ((await api(request)) ?? new Response(null, { status: 404 }))
          : Response.json({ error: { type: 'invalid_request_error' } }, { status: 401 }),
    });
    const withKey = (STRIPE_API_KEY: string) =>
      examine({
        databaseUrl: `sqlite:${newFile()}`,
        env: {
          PAYMENT_PROVIDER: 'stripe',
          STRIPE_API_KEY,
          STRIPE_WEBHOOK_SECRET: 'whsec_hunter2',
          STRIPE_API_URL: `http://127.0.0.1:${server.port}`,
        },
      });
    expect((await withKey('sk_test_hunter2')).output).toMatch(
      /wrong +payments .*401.*\n +→ check STRIPE_API_KEY/,
    );
    expect((await withKey('sk_test_right')).output).toMatch(/ok +payments +Stripe answers and takes the key/);
    await server.stop(true);
  });
});

describe.skipIf(!(await postgresAvailable()))('the doctor on PostgreSQL', () => {
  let database: TestDatabase;
  let empty: TestDatabase;
  const user = `patient_${crypto.randomUUID().slice(0, 8)}`;
  beforeAll(async () => {
    database = await createTestDatabase();
    empty = await createTestDatabase({ empty: true });
    const admin = openDatabase(database.url);
    await admin.run(`create role ${user} login`);
    await admin.close();
  });
  afterAll(async () => {
    await database.drop();
    const admin = openDatabase(empty.url);
    await admin.run(`drop role ${user}`);
    await admin.close();
    await empty.drop();
  });
  const urlAs = (name: string, url: string) =>
    Object.assign(new URL(url), { username: name, password: 'hunter2' }).href;

  test('A database that is ready passes with its version, tables, rights, writes and clock', async () => {
    const { code, output } = await examine({ databaseUrl: database.url });
    for (const text of [
      /answers, PostgreSQL \d+/,
      /its tables are those of this version/,
      /its user has the rights/,
      /it takes writes/,
      /its clock agrees/,
    ])
      expect(output).toMatch(text);
    expect(code).toBe(0);
  });

  test('A role without rights is found, on tables and for an empty database', async () => {
    const onTables = await examine({ databaseUrl: urlAs(user, database.url) });
    // It may not even read which migrations there are.
    expect(onTables.output).toMatch(/wrong +database .*permission denied.*\n +→ make its user the owner/);
    expect(onTables.code).toBe(1);
    const onNothing = await examine({ databaseUrl: urlAs(user, empty.url) });
    expect(onNothing.output).toContain(`its user ${user} may not create tables in the schema public`);
    expect(onNothing.code).toBe(1);
  });

  test('A database that takes no writes is found, but not for a process that only reads', async () => {
    const databaseUrl = `${database.url}?options=-c%20default_transaction_read_only%3Don`;
    expect((await examine({ databaseUrl })).output).toMatch(/wrong +database .*takes no writes/);
    expect((await examine({ databaseUrl, role: 'read' })).code).toBe(0);
  });

  test('A clock that differs from that of the database is found', async () => {
    const { code, output } = await examine({
      databaseUrl: database.url,
      env: { BUN_OPTIONS: `--preload=${preload}`, CLOCK_OFFSET_MS: '-90000' },
    });
    expect(output).toMatch(/wrong +database +its clock is \d{5} ms ahead of .*\n +→ set both clocks by NTP/);
    expect(code).toBe(1);
  });

  test('A wrong password is found without being shown', async () => {
    const folder = createScratchFolder('hba', { inMemory: true });
    const hba = join(folder, 'hba');
    writeFileSync(hba, 'host all postgres 127.0.0.1/32 trust\nhost all shop 127.0.0.1/32 scram-sha-256\n');
    for (const path of [folder, hba])
      if ('uid' in asServerUser) chownSync(path, asServerUser.uid, asServerUser.gid);
    const server = await startPostgresServer({ extra: [`hba_file=${hba}`] });
    const admin = openDatabase(server.url('postgres'));
    await admin.run(`create role shop login password 'right'`);
    await admin.close();
    const { code, output } = await examine({ databaseUrl: urlAs('shop', server.url('postgres')) });
    expect(output).toMatch(
      /password authentication failed for user "shop"\n +→ check the user and the password/,
    );
    expect(code).toBe(1);
    await server.remove();
  });
});
