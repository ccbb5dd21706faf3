import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { addProduct, type Client, createClient, waitForStatus } from '../processes/client.ts';
import { type App, killAllApps, startApp, stopApp } from '../processes/processes.ts';
import { freePort, type PostgresServer, startPostgresServer } from '../processes/server.ts';
import { tokenFor } from '../processes/tokens.ts';
import { startBalancer } from './balancer.ts';
import { type Gateway, gatewayAvailable, startGateway } from './gateway.ts';
import { raisedLimits } from './raisedLimits.ts';
import { createShopper, type Shopper } from './shopper.ts';

const clients = 12;
/** Longer than nginx avoids a process that did not answer, as `docs/operating/gateway.md` asks for. */
const env = { DRAIN_MS: '3000' };
/** Each process drains before it ends, and a busy machine starts it slowly. */
const slowMs = 600_000;

type Place = { readonly role: 'checkout' | 'read' | 'worker'; readonly port: number; app: App };

/** HAProxy, two gateways, two processes of each role and PostgreSQL: what `deploy/` describes. */
describe.if(gatewayAvailable())('A whole fleet', () => {
  let database: PostgresServer;
  let places: readonly Place[];
  let gateways: readonly [Gateway, Gateway];
  let balancer: Awaited<ReturnType<typeof startBalancer>>;
  let operator: Client;
  let productId: string;

  const startPlace = (role: Place['role'], port: number): Promise<App> =>
    startApp({ databaseUrl: database.url('postgres'), role, port, env });

  beforeAll(async () => {
    database = await startPostgresServer();
    const ports = await Promise.all(Array.from({ length: 6 }, freePort));
    const roles = ['checkout', 'checkout', 'read', 'read', 'worker', 'worker'] as const;
    const planned = roles.map((role, index) => ({ role, port: ports[index] ?? 0 }));
    const portsOf = (role: Place['role']) =>
      planned.filter((one) => one.role === role).map(({ port }) => port);
    const upstreams = { checkout: portsOf('checkout'), read: portsOf('read'), edits: raisedLimits };
    gateways = [await startGateway(upstreams), await startGateway(upstreams)];
    // All clients of the test have one address, and both gateways are to have work.
    balancer = await startBalancer(gateways, (text) => text.replace('balance source', 'balance roundrobin'));
    const start = async ({ role, port }: (typeof planned)[number]): Promise<Place> => ({
      role,
      port,
      app: await startPlace(role, port),
    });
    // The first one migrates the database.
    const [first, ...others] = planned;
    const migrated = first === undefined ? [] : [await start(first)];
    places = [...migrated, ...(await Promise.all(others.map(start)))];
    operator = createClient(balancer.url, await tokenFor('op@shop.test', 'operator'), connection());
    productId = await addProduct(operator, { code: 'EDGE' });
  });
  afterAll(async () => {
    await killAllApps();
    await balancer?.close();
    for (const gateway of gateways ?? []) await gateway.kill();
    await database?.remove();
  });

  /**
   * A new connection for each request. An nginx before 1.27.4 closes idle connections at once when it is reloaded, and a
   * request of HTTP/1.1 that is on its way then has to be sent again by its client, as browsers do.
   */
  const connection = () => ({
    tls: { ca: gateways.map(({ certificate }) => readFileSync(certificate, 'utf8')) },
    keepalive: false,
  });

  /** Clients shop while `events` happen, and a little longer. */
  const shopDuring = async (events: (shoppers: readonly Shopper[]) => Promise<void>) => {
    const shoppers = await Promise.all(
      Array.from({ length: clients }, async (_, index) =>
        createShopper(
          createClient(balancer.url, await tokenFor(`customer-${index}@shop.test`), connection()),
          productId,
        ),
      ),
    );
    let isOver = false;
    const shopping = shoppers.map((shopper) => shopper.shop(() => isOver));
    await morePaid(shoppers);
    await events(shoppers);
    await morePaid(shoppers);
    isOver = true;
    await Promise.all(shopping);
    return {
      failures: shoppers.flatMap(({ failures }) => failures),
      paid: shoppers.flatMap(({ paid }) => paid),
    };
  };

  /** Waits until every client has paid for another order. */
  const morePaid = async (shoppers: readonly Shopper[]): Promise<void> => {
    const before = shoppers.map(({ paid }) => paid.length);
    while (shoppers.some(({ paid }, index) => paid.length <= (before[index] ?? 0))) await Bun.sleep(10);
  };

  /** Waits until each gateway has had a response of the process. A busy machine may take longer for it than the drain. */
  const usedAgain = async (port: number): Promise<void> => {
    for (const gateway of gateways) {
      const before = gateway.log().length;
      const hasResponse = () =>
        gateway
          .log()
          .slice(before)
          .some(({ upstream, status }) => upstream.endsWith(`:${port}`) && status < 500);
      while (!hasResponse()) await Bun.sleep(25);
    }
  };

  test(
    'No request fails while gateways are reloaded and every process is restarted',
    async () => {
      const { failures, paid } = await shopDuring(async (shoppers) => {
        for (const gateway of [...gateways, ...gateways]) {
          gateway.reload();
          await morePaid(shoppers);
        }
        for (const place of places) {
          expect((await stopApp(place.app)).code).toBe(0);
          place.app = await startPlace(place.role, place.port);
          if (place.role !== 'worker') await usedAgain(place.port);
          await morePaid(shoppers);
        }
        for (const [index, gateway] of gateways.entries()) {
          const server = `gateways/gateway${index + 1}`;
          // A connection that nginx has not taken yet is lost when it quits. Each client has one request at a time, so
          // none waits there once each of them has paid again.
          await gateway.leave(async () => {
            await balancer.waitForOutput(`${server} is DOWN`);
            await morePaid(shoppers);
          });
          const up = balancer.waitForOutput(`${server} is UP`);
          await gateway.start();
          await up;
          await morePaid(shoppers);
        }
      });
      expect(failures).toEqual([]);
      for (const orderId of paid) await waitForStatus(operator, orderId, 'completed');
      for (const gateway of gateways) expect(gateway.log().length).toBeGreaterThan(clients);
    },
    slowMs,
  );

  test(
    'A gateway that is killed loses no more than the requests in flight',
    async () => {
      const { failures, paid } = await shopDuring(async (shoppers) => {
        await gateways[0].kill();
        await morePaid(shoppers);
        await gateways[0].start();
      });
      // Each client sends one request at a time.
      expect(failures.length).toBeLessThanOrEqual(clients);
      for (const orderId of paid) await waitForStatus(operator, orderId, 'completed');
    },
    slowMs,
  );

  test(
    'A process that is killed loses no more than the commands in flight, and no keyed one',
    async () => {
      const { failures, paid } = await shopDuring(async (shoppers) => {
        for (const place of places
          .filter(({ role }) => role !== 'worker')
          .filter((_, index) => index % 2 === 0)) {
          await stopApp(place.app, 'SIGKILL');
          await morePaid(shoppers);
          place.app = await startPlace(place.role, place.port);
          await morePaid(shoppers);
        }
      });
      // A shopper sends a key with each command. The second process may still see the first one at work.
      expect(failures.filter((failure) => !failure.includes('checkout_in_progress'))).toEqual([]);
      for (const orderId of paid) await waitForStatus(operator, orderId, 'completed');
    },
    slowMs,
  );

  test('An address is always sent to the same gateway, so its limits are counted once', async () => {
    const shipped = await startBalancer(gateways);
    for (let index = 0; index < 20; index++) {
      const headers = { 'x-request-id': `one-address-${index}` };
      const response = await fetch(`${shipped.url}/products`, { ...connection(), headers });
      expect(response.status).toBe(200);
    }
    await shipped.close();
    for (const gateway of gateways) await gateway.quit();
    // By their ids: lines of requests before may be written late.
    const counts = gateways.map(
      (gateway) => gateway.log().filter(({ requestId }) => requestId.startsWith('one-address-')).length,
    );
    expect(counts.toSorted((one, other) => one - other)).toEqual([0, 20]);
  });
});
