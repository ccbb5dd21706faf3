import { afterEach, describe, expect, test } from 'bun:test';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createClient, expectStatus, type Reply, textAt, valueAt } from '../processes/client.ts';
import { type App, killAllApps, type Runtime, startApp } from '../processes/processes.ts';
import type { PostgresServer } from '../processes/server.ts';
import { tokenFor } from '../processes/tokens.ts';
import { addProductFor, consistencyToken, customerOf, read } from './shop.ts';
import { onServer, type Standby, startPrimary, startStandby, waitForReplay } from './standby.ts';

afterEach(killAllApps);

/** What the shop has said yes to. */
type Acknowledged = { readonly orderId: string; readonly checkoutId: string; readonly key: string };

const bothHosts = (primary: PostgresServer, standby: PostgresServer): string =>
  `postgres://postgres@127.0.0.1:${primary.port},127.0.0.1:${standby.port}/postgres?target_session_attrs=primary`;

/** Sends the same request until it is answered for good, to one process and then to the other. */
const insist = async (send: (attempt: number) => Promise<Reply>): Promise<Reply> => {
  const untilMs = Date.now() + 120_000;
  for (let attempt = 0; ; attempt++) {
    const reply = await send(attempt).catch(() => null);
    const isOver = reply !== null && reply.status !== 503 && !isOpen(reply);
    if (reply !== null && (isOver || Date.now() > untilMs)) return reply;
    if (Date.now() > untilMs) throw new Error('nothing was answered in two minutes');
    await Bun.sleep(100);
  }
};

/** The first request under this key still runs, or its outcome is not known yet. */
const isOpen = ({ status, body }: Reply): boolean =>
  valueAt(body, 'code') === 'checkout_in_progress' ||
  (status === 202 && valueAt(body, 'status') === 'unknown');

const shopUntil = async (
  apps: readonly App[],
  productId: string,
  email: string,
  isOver: () => boolean,
  acknowledged: Acknowledged[],
): Promise<void> => {
  const customers = await Promise.all(apps.map((app) => customerOf(app, email)));
  const at = (attempt: number) => customers[attempt % customers.length] ?? createClient('', null);
  while (!isOver()) {
    const orderKey = crypto.randomUUID();
    const placed = await insist((attempt) =>
      at(attempt).post('/orders', { productId, quantity: 1 }, { 'idempotency-key': orderKey }),
    );
    const orderId = textAt(expectStatus(placed, 201), 'id');
    const key = crypto.randomUUID();
    const paid = await insist((attempt) => at(attempt).checkOut(key, [orderId], 'pm_card_visa'));
    acknowledged.push({ orderId, checkoutId: textAt(expectStatus(paid, 202), 'checkoutId'), key });
  }
};

/** With synchronous commit nothing is acknowledged that the standby has not got. */
const replicateSynchronously = async (primary: PostgresServer): Promise<void> => {
  await onServer(primary, async (sql) => {
    await sql.unsafe("alter system set synchronous_standby_names = 'standby'");
    await sql`select pg_reload_conf()`;
  });
};

const startFleet = async (primary: PostgresServer, standby: Standby) => {
  const databaseUrl = bothHosts(primary, standby);
  // The provider's records are in the same database, so its charges fail over as well.
  const env = { RECONCILE_AFTER_MS: '1000', PAYMENT_TIMEOUT_MS: '3000', QUEUE_LEASE_MS: '5000' };
  const start = (role: 'checkout' | 'read' | 'worker', runtime: Runtime, more = {}) =>
    startApp({ databaseUrl, role, runtime, env: { ...env, ...more } });
  const first = await start('checkout', 'bun');
  const [second, reader, worker] = await Promise.all([
    start('checkout', 'deno'),
    start('read', 'bun', { DATABASE_REPLICA_URL: standby.url('postgres') }),
    start('worker', 'bun'),
  ]);
  return { apis: [first, second], reader, worker };
};

describe('A fleet whose primary dies', () => {
  test('goes on by itself after the promotion, and has lost nothing that it acknowledged', async () => {
    const primary = await startPrimary();
    const standby = await startStandby(primary);
    await replicateSynchronously(primary);
    const { apis, reader } = await startFleet(primary, standby);
    const [api = reader] = apis;
    const productId = await addProductFor(api, reader, 'BOOK');
    const acknowledged: Acknowledged[] = [];
    let over = false;
    const customers = Array.from({ length: 8 }, (_, index) => `customer${index}@shop.test`);
    const shopping = customers.map((email) => shopUntil(apis, productId, email, () => over, acknowledged));
    const waitFor = async (count: number) => {
      while (acknowledged.length < count) await Bun.sleep(20);
    };
    await waitFor(100);
    await primary.crash();
    const before = acknowledged.length;
    const diedMs = Date.now();
    await standby.promote();
    const promotedMs = Date.now();
    await waitFor(before + 1);
    const firstMs = Date.now();
    await waitFor(before + 100);
    over = true;
    await Promise.all(shopping);
    console.log(
      `${before} checkouts before, ${acknowledged.length - before} after; promoted after ${promotedMs - diedMs} ms, the next checkout ${firstMs - promotedMs} ms later`,
    );

    const unfinished = async () =>
      onServer(standby, async (sql) => {
        const [row] = await sql<{ count: number }[]>`select count(*)::int as count from task`;
        return row?.count ?? 0;
      });
    const untilMs = Date.now() + 60_000;
    while ((await unfinished()) > 0 && Date.now() < untilMs) await Bun.sleep(200);
    expect(await findLost(standby, acknowledged)).toEqual([]);
    // And as a customer sees it.
    const token = consistencyToken(
      await (await customerOf(api, 'customer0@shop.test')).post('/orders', { productId, quantity: 1 }),
    );
    const operator = 'op@shop.test';
    for (const { orderId } of acknowledged.slice(0, 20)) {
      const { status, body } = await read(reader, `/orders/${orderId}`, operator, token, 'operator');
      expect([status, valueAt(body, 'status')]).toEqual([200, 'completed']);
    }
    await killAllApps();
    await standby.remove();
    await primary.remove();
  }, 240_000);
});

/** Reads the new primary without code of the product. */
const findLost = async (server: PostgresServer, acknowledged: readonly Acknowledged[]) =>
  onServer(server, async (sql) => {
    const rows = await sql<
      { checkout: string; key: string; order: string; order_status: string; paid: string }[]
    >`
      select a.id as checkout, a.key, o.id as order, o.status as order_status, p.status as paid
      from audit a join payment p on p.id = a.id cross join unnest(a.order_ids) as u(id) join orders o on o.id = u.id`;
    const charges = await sql<{ id: string; charges: number }[]>`
      select o.id, (select count(*)::int from audit a join payment p on p.id = a.id
        where o.id = any(a.order_ids) and p.status = 'succeeded') as charges from orders o`;
    const byOrder = new Map(rows.map((row) => [row.order, row]));
    const paid = new Map(charges.map((row) => [row.id, row.charges]));
    return acknowledged.filter(({ orderId, checkoutId, key }) => {
      const row = byOrder.get(orderId);
      const isKept =
        row?.checkout === checkoutId &&
        row.key === key &&
        row.paid === 'succeeded' &&
        row.order_status === 'completed' &&
        paid.get(orderId) === 1;
      return !isKept;
    });
  });

describe('A URL of several hosts', () => {
  test.each(['bun', 'deno'] as const)(
    'On %s a host that says nothing, and one that refuses, are passed over',
    async (runtime) => {
      const server = await startPrimary();
      const silent = createServer(() => {}).listen(0, '127.0.0.1');
      await once(silent, 'listening');
      const address = silent.address();
      const port = typeof address === 'object' ? address?.port : 0;
      const hosts = `127.0.0.1:${port},127.0.0.1:1,127.0.0.1:${server.port}`;
      const databaseUrl = `postgres://postgres@${hosts}/postgres?target_session_attrs=primary&connect_timeout=1`;
      const app = await startApp({ databaseUrl, runtime, env: { DATABASE_WAIT_MS: '20000' } });
      const customer = createClient(app.url, await tokenFor('an@shop.test'));
      expectStatus(await customer.get('/orders'), 200);
      await killAllApps();
      silent.close();
      await server.remove();
    },
    120_000,
  );

  test.each(['bun', 'deno'] as const)(
    'On %s target_session_attrs finds the server of its kind, whatever the order of the hosts',
    async (runtime) => {
      const primary = await startPrimary();
      const standby = await startStandby(primary);
      const writer = await startApp({ databaseUrl: primary.url('postgres'), role: 'checkout' });
      await waitForReplay(primary, standby);
      const [a, b] = [`127.0.0.1:${primary.port}`, `127.0.0.1:${standby.port}`];
      for (const hosts of [`${a},${b}`, `${b},${a}`]) {
        const url = (target: string) =>
          `postgres://postgres@${hosts}/postgres?target_session_attrs=${target}`;
        for (const target of ['primary', 'read-write']) {
          const app = await startApp({ databaseUrl: url(target), role: 'checkout', runtime });
          const operator = createClient(app.url, await tokenFor('op@shop.test', 'operator'));
          const price = { amount: 1, currency: 'VND' };
          const product = { code: target, name: target, type: 'physical', price, stock: 1 };
          expectStatus(await operator.post('/products', [product]), 200);
          app.kill('SIGKILL');
        }
        for (const target of ['standby', 'prefer-standby']) {
          const app = await startApp({ databaseUrl: url(target), role: 'read', runtime });
          const names = await onServer(
            standby,
            (sql) => sql`select 1 from pg_stat_activity where application_name = 'cartwright'`,
          );
          expect(names.length).toBeGreaterThan(0);
          app.kill('SIGKILL');
          await app.stopped;
        }
      }
      writer.kill('SIGKILL');
      await standby.remove();
      await primary.remove();
    },
    120_000,
  );
});
