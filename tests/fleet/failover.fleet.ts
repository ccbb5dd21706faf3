import { afterEach, describe, expect, test } from 'bun:test';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { startSilentProxy } from '../postgres/silentProxy.ts';
import { createClient, expectStatus } from '../processes/client.ts';
import { killAllApps, startApp } from '../processes/processes.ts';
import { tokenFor } from '../processes/tokens.ts';
import {
  buyAt,
  findViolations,
  replicateSynchronously,
  startFleet,
  startShopping,
  urlOf,
  waitForPaid,
  waitUntilCompleted,
  waitUntilShown,
} from './failoverShop.ts';
import { onServer, startPrimary, startStandby, waitForReplay } from './standby.ts';

afterEach(killAllApps);

/** What nobody waits for: it is far more than all the deadlines of a role together. */
const hangMs = 60_000;

describe('A fleet whose primary dies', () => {
  test('The shop goes on by itself after the promotion, and has lost nothing that it acknowledged', async () => {
    const primary = await startPrimary();
    const standby = await startStandby(primary);
    await replicateSynchronously(primary);
    const fleet = await startFleet(urlOf(primary.port, standby), standby);
    const stopShopping = startShopping(fleet, 8);
    await waitForPaid(fleet, 100);
    await primary.crash();
    const before = fleet.recorder.paidOrders.length;
    const diedMs = Date.now();
    await standby.promote();
    const promotedMs = Date.now();
    await waitForPaid(fleet, before + 1);
    const firstMs = Date.now();
    await waitForPaid(fleet, before + 100);
    await stopShopping();
    console.log(
      `${before} checkouts before, ${fleet.recorder.paidOrders.length - before} after; promoted after ${promotedMs - diedMs} ms, the next checkout ${firstMs - promotedMs} ms later`,
    );
    expect(await findViolations(fleet, standby)).toEqual([]);
    expect(fleet.ended).toEqual([]);
    await killAllApps();
    await standby.remove();
    await primary.remove();
  }, 240_000);

  test('A primary that goes silent is left by each role by itself, and nothing that was acknowledged is lost', async () => {
    const primary = await startPrimary();
    const standby = await startStandby(primary);
    await replicateSynchronously(primary);
    const proxy = await startSilentProxy(primary.url('postgres'));
    const fleet = await startFleet(urlOf(Number(new URL(proxy.url).port), standby), standby);
    const stopShopping = startShopping(fleet, 8);
    await waitForPaid(fleet, 100);
    const [early] = fleet.recorder.log.orders;
    // It takes every byte, and answers nothing: no connection is refused or reset.
    expect(proxy.silence({ newOnes: true })).toBeGreaterThan(0);
    const silentMs = Date.now();
    await waitUntilShown(fleet.reader, early?.id ?? '', early?.email ?? '');
    const shownMs = Date.now() - silentMs;
    await standby.promote();
    const promotedMs = Date.now();
    const took = async <T>(work: Promise<T>): Promise<[T, number]> => [await work, Date.now() - promotedMs];
    const [onBun, onDeno] = fleet.apis;
    const [[orderId, bunMs], [, denoMs]] = await Promise.all([
      took(buyAt(onBun, fleet, 'bun@shop.test')),
      took(buyAt(onDeno, fleet, 'deno@shop.test')),
    ]);
    const [, readMs] = await took(waitUntilShown(fleet.reader, orderId, 'bun@shop.test'));
    const [, workMs] = await took(waitUntilCompleted(standby, orderId));
    console.log(
      `silent: the read process answered after ${shownMs} ms. Promoted: checkouts on Bun after ${bunMs} ms, on Deno after ${denoMs} ms, reads after ${readMs} ms, steps after ${workMs} ms`,
    );
    for (const ms of [shownMs, bunMs, denoMs, readMs, workMs]) expect(ms).toBeLessThan(hangMs);
    await waitForPaid(fleet, fleet.recorder.paidOrders.length + 100);
    await stopShopping();
    expect(await findViolations(fleet, standby)).toEqual([]);
    expect(fleet.ended).toEqual([]);
    await killAllApps();
    await proxy.close();
    await standby.remove();
    await primary.remove();
  }, 300_000);
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
