import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { createClient, expectStatus, retryWhileUnavailable, textAt } from '../processes/client.ts';
import { type App, killAllApps, launchApp, startApp } from '../processes/processes.ts';
import type { PostgresServer } from '../processes/server.ts';
import {
  addProductFor,
  asReader,
  consistencyToken,
  createReader,
  customerOf,
  read,
  routesOf,
  waitForHealth,
} from './shop.ts';
import { onServer, type Standby, startPrimary, startStandby, waitForReplay } from './standby.ts';

const an = 'an@shop.test';

describe('a shop with a replica', () => {
  let primary: PostgresServer;
  let standby: Standby;
  let checkout: App;
  let reader: App;
  let productId: string;

  const startReader = () =>
    startApp({
      databaseUrl: asReader(primary),
      role: 'read',
      env: { DATABASE_REPLICA_URL: asReader(standby), DATABASE_WAIT_MS: '10000' },
    });

  beforeAll(async () => {
    primary = await startPrimary();
    standby = await startStandby(primary);
    checkout = await startApp({ databaseUrl: primary.url('postgres'), role: 'checkout' });
    await createReader(primary);
    await waitForReplay(primary, standby);
    reader = await startReader();
    productId = await addProductFor(checkout, reader, 'BOOK');
  }, 120_000);
  afterAll(async () => {
    await killAllApps();
    await standby.remove();
    await primary.remove();
  });

  const place = async () => {
    const customer = await customerOf(checkout, an);
    const placed = expectStatus(await customer.post('/orders', { productId, quantity: 1 }), 201);
    return { id: textAt(placed, 'id'), token: consistencyToken(placed) };
  };

  test('A read with the token of a write sees it, each of 300 times, and the replica answers', async () => {
    let withoutToken = 0;
    const stale: string[] = [];
    const before = await routesOf(reader);
    for (let round = 0; round < 300; round++) {
      const { id, token } = await place();
      const plain = await read(reader, `/orders/${id}`, an, null);
      if (plain.status === 404) withoutToken++;
      const other = await place();
      const found = await read(reader, `/orders/${other.id}`, an, other.token);
      if (found.status !== 200) stale.push(`${other.id}: ${found.status}`);
      expect(token).toMatch(/^\w+-\w+-\w+$/);
    }
    const after = await routesOf(reader);
    console.log(`stale without a token: ${withoutToken} of 300; routes: ${JSON.stringify(after)}`);
    expect(stale).toEqual([]);
    expect((after.replica ?? 0) - (before.replica ?? 0)).toBeGreaterThan(300);
  }, 300_000);

  test('A token that cannot be read is ignored', async () => {
    const before = await routesOf(reader);
    for (const token of ['x', '1-2', '1-0-G', '0-0-0', 'FFFFFFFF-0-0', '1-0-0, 1-0-0', "1-0-0';"])
      expect((await read(reader, '/products', an, token)).status).toBe(200);
    expect((await routesOf(reader)).replica).toBe((before.replica ?? 0) + 7);
  });

  test('A token of another timeline, and one of the far future, are answered by the primary', async () => {
    const { id, token } = await place();
    const [, high = '', low = ''] = token.split('-');
    const before = await routesOf(reader);
    for (const other of [`2-${high}-${low}`, '1-FFFFFFFF-0'])
      expect((await read(reader, `/orders/${id}`, an, other)).status).toBe(200);
    expect((await routesOf(reader)).primary_token).toBe((before.primary_token ?? 0) + 2);
  });

  test('While the replica has stopped to replay, the primary answers: first with a token, then all', async () => {
    await waitForReplay(primary, standby);
    await standby.pauseReplay();
    const { id, token } = await place();
    expect((await read(reader, `/orders/${id}`, an, null)).status).toBe(404);
    expect((await read(reader, `/orders/${id}`, an, token)).status).toBe(200);
    const late = await waitForHealth(reader, ({ replica }) => replica?.state === 'behind');
    expect(late).toMatchObject({ status: 'ready', degraded: ['replica'] });
    expect(late.replica?.lagMs).toBeGreaterThan(5_000);
    expect((await read(reader, `/orders/${id}`, an, null)).status).toBe(200);
    await standby.resumeReplay();
    await waitForHealth(reader, ({ replica }) => replica?.state === 'up');
    expect((await read(reader, `/orders/${id}`, an, null)).status).toBe(200);
  }, 120_000);

  test('A replica that is killed is passed over, and read again when it is back', async () => {
    const { id, token } = await place();
    await waitForReplay(primary, standby);
    await standby.crash();
    for (let round = 0; round < 20; round++)
      expect((await read(reader, `/orders/${id}`, an, round % 2 === 0 ? token : null)).status).toBe(200);
    await waitForHealth(reader, ({ replica }) => replica?.state === 'away');
    await standby.start();
    expect(await waitForHealth(reader, ({ replica }) => replica?.state === 'up')).toMatchObject({
      degraded: [],
    });
    const before = await routesOf(reader);
    expect((await read(reader, `/orders/${id}`, an, null)).status).toBe(200);
    expect((await routesOf(reader)).replica).toBe((before.replica ?? 0) + 1);
  }, 120_000);

  test('A process with all roles reads the replica, and writes the primary', async () => {
    const app = await startApp({
      databaseUrl: primary.url('postgres'),
      env: { DATABASE_REPLICA_URL: asReader(standby) },
    });
    await waitForHealth(app, ({ replica }) => replica?.state === 'up');
    const customer = await customerOf(app, an);
    // A replica that is slow for a moment leaves reads to the primary.
    while (((await routesOf(app)).replica ?? 0) <= 10) {
      const placed = expectStatus(await customer.post('/orders', { productId, quantity: 1 }), 201);
      const found = await read(app, `/orders/${textAt(placed, 'id')}`, an, consistencyToken(placed));
      expect(found.status).toBe(200);
    }
    app.kill('SIGKILL');
  }, 60_000);

  test('A process that knows the standby alone starts, serves, waits for a token, and never answers without its write', async () => {
    const alone = await startApp({ databaseUrl: asReader(standby), role: 'read' });
    for (let round = 0; round < 50; round++) {
      const { id, token } = await place();
      expect((await read(alone, `/orders/${id}`, an, token)).status).toBe(200);
    }
    await standby.pauseReplay();
    const { id, token } = await place();
    expect((await read(alone, `/orders/${id}`, an, token)).status).toBe(503);
    expect((await read(alone, '/products', an, null)).status).toBe(200);
    await standby.resumeReplay();
    expect(alone.output()).not.toContain('"level":"error","message":"request failed"');
    alone.kill('SIGKILL');
  }, 60_000);

  test('While the primary is away, a read process goes on and another one starts, and both say so', async () => {
    const { id } = await place();
    await waitForReplay(primary, standby);
    // The replica has not replayed for a while. The process may leave it out for that until its next check.
    await waitForHealth(reader, ({ replica }) => replica?.state === 'up');
    await primary.crash();
    expect((await read(reader, `/orders/${id}`, an, null)).status).toBe(200);
    const late = await startReader();
    expect((await read(late, `/orders/${id}`, an, null)).status).toBe(200);
    // The two servers are checked apart, so one is known to be away before the lag is not known any more.
    for (const app of [late, reader])
      expect(
        await waitForHealth(
          app,
          ({ degraded, replica }) => degraded?.includes('database') === true && replica?.lagMs === null,
        ),
      ).toMatchObject({ status: 'ready', degraded: ['database'], replica: { state: 'up' } });
    await primary.start();
    await waitForHealth(late, ({ degraded }) => degraded?.length === 0);
    // A process that has not seen yet that its connections broke answers the first command with 503.
    const customer = await customerOf(checkout, an);
    await retryWhileUnavailable(() => customer.post('/orders', { productId, quantity: 1 }));
    const again = await place();
    expect((await read(late, `/orders/${again.id}`, an, again.token)).status).toBe(200);
    late.kill('SIGKILL');
  }, 120_000);

  test('The doctor says whether the replica can be read', async () => {
    const examine = async (replica: string) => {
      const env = { DATABASE_REPLICA_URL: replica };
      const program = 'server/doctor.ts';
      const doctor = await launchApp({ databaseUrl: asReader(primary), role: 'read', program, env });
      await doctor.stopped;
      return doctor.output();
    };
    expect(await examine(asReader(standby))).toMatch(/ok +replica +.* is a standby that can be read/);
    expect(await examine(asReader(primary))).toMatch(/wrong +replica +.* it is no standby/);
    expect(await examine('postgres://127.0.0.1:1/shop')).toMatch(/wrong +replica +.*refused the connection/);
  }, 60_000);

  test('The user of the read processes may only select', async () => {
    const users = await onServer(
      standby,
      (sql) =>
        sql<{ name: string }[]>`select usename as name from pg_stat_activity where usename is not null`,
    );
    expect(users.map(({ name }) => name)).toContain('cartwright_read');
    const rights = await onServer(
      primary,
      (sql) => sql<{ right: string }[]>`
        select distinct privilege_type as right from information_schema.role_table_grants
        where grantee = 'cartwright_read'`,
    );
    expect(rights.map(({ right }) => right)).toEqual(['SELECT']);
  });
});

describe('a read process on a database that nobody has prepared', () => {
  afterEach(killAllApps);

  test('It waits for a process that writes, changes nothing, and then starts, in demo mode too', async () => {
    const server = await startPrimary();
    const env = { NODE_ENV: undefined, AUTH_SECRET: undefined, DATABASE_WAIT_MS: '60000' };
    const reader = await launchApp({ databaseUrl: server.url('postgres'), role: 'read', env });
    await reader.waitForOutput('no process of this version that writes has prepared the database yet');
    const tables = await onServer(server, (sql) => sql`select 1 from pg_tables where schemaname = 'public'`);
    expect(tables).toHaveLength(0);
    const writer = await startApp({ databaseUrl: server.url('postgres'), role: 'checkout', env });
    await reader.ready();
    // Both sign with one secret.
    const made = await createClient(writer.url, null).post('/demo/tokens', { email: an, role: 'customer' });
    const token = textAt(expectStatus(made, 201), 'token');
    expectStatus(await createClient(reader.url, token).get('/orders'), 200);
    await killAllApps();
    await server.remove();
  }, 120_000);

  test('It ends after DATABASE_WAIT_MS, and says what to start', async () => {
    const server = await startPrimary();
    const env = { DATABASE_WAIT_MS: '500' };
    const reader = await launchApp({ databaseUrl: server.url('postgres'), role: 'read', env });
    expect((await reader.stopped).code).toBe(1);
    expect(reader.output()).toContain('start a process with another role, or run bun run migrate');
    await server.remove();
  }, 60_000);
});
