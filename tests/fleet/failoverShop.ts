import { check } from '../chaos/checker.ts';
import { type ClientLogRecorder, createClientLogRecorder } from '../chaos/run/clientLogRecorder.ts';
import { withoutLimits } from '../chaos/run/limits.ts';
import { createPatientClient } from '../chaos/run/patientClient.ts';
import { createInProcessProvider } from '../chaos/run/provider.ts';
import { waitUntilDone } from '../chaos/run/rates.ts';
import { runBuyer } from '../chaos/run/steadyBuyer.ts';
import { takeSnapshot } from '../chaos/run/takeSnapshot.ts';
import type { Violation } from '../chaos/violation.ts';
import { type Client, createClient } from '../processes/client.ts';
import { type App, type Runtime, startApp } from '../processes/processes.ts';
import type { PostgresServer } from '../processes/server.ts';
import { tokenFor } from '../processes/tokens.ts';
import { addProductFor, read } from './shop.ts';
import { onServer, type Standby } from './standby.ts';

/** A shop of several processes, and the replies that its customers got. */
export type Fleet = {
  /** One on Bun and one on Deno. */
  readonly apis: readonly [App, App];
  readonly reader: App;
  readonly recorder: ClientLogRecorder;
  readonly productId: string;
  readonly operator: Client;
  readonly startedMs: number;
  /** The processes that have ended, with the end of their output. */
  readonly ended: readonly string[];
};

/** Of two hosts, the one that takes writes. */
export const urlOf = (primaryPort: number, standby: PostgresServer): string =>
  `postgres://postgres@127.0.0.1:${primaryPort},127.0.0.1:${standby.port}/postgres?target_session_attrs=primary`;

/** With synchronous commit nothing is acknowledged that the standby has not got. */
export const replicateSynchronously = async (primary: PostgresServer): Promise<void> => {
  await onServer(primary, async (sql) => {
    await sql.unsafe("alter system set synchronous_standby_names = 'standby'");
    await sql`select pg_reload_conf()`;
  });
};

/** The provider's records are in the same database, so its charges fail over as well. */
const env = {
  PAYMENT_PROVIDER: 'simulated',
  RECONCILE_AFTER_MS: '1000',
  PAYMENT_TIMEOUT_MS: '3000',
  QUEUE_LEASE_MS: '5000',
  LOG_LEVEL: 'warn',
  ...withoutLimits,
};

export const startFleet = async (databaseUrl: string, standby: Standby): Promise<Fleet> => {
  const ended: string[] = [];
  const start = async (role: 'checkout' | 'read' | 'worker', runtime: Runtime, more = {}) => {
    const app = await startApp({ databaseUrl, role, runtime, env: { ...env, ...more } });
    void app.stopped.then(({ code, signal }) =>
      ended.push(`${role} on ${runtime}: ${code ?? signal}: ${app.output().slice(-2_000)}`),
    );
    return app;
  };
  const first = await start('checkout', 'bun');
  const [second, reader] = await Promise.all([
    start('checkout', 'deno'),
    start('read', 'bun', { DATABASE_REPLICA_URL: standby.url('postgres') }),
    start('worker', 'bun'),
  ]);
  const token = await tokenFor('op@shop.test', 'operator');
  const operator = { ...createClient(first.url, token), get: createClient(reader.url, token).get };
  return {
    apis: [first, second],
    reader,
    recorder: createClientLogRecorder(),
    productId: await addProductFor(first, reader, 'BOOK'),
    operator: createPatientClient(operator),
    startedMs: Date.now(),
    ended,
  };
};

/** Customers buy again and again, from one process and then from the other, until the returned function is called. */
export const startShopping = (fleet: Fleet, customers: number): (() => Promise<void>) => {
  const stopping = new AbortController();
  const urls = fleet.apis.map(({ url }) => url);
  const shopping = Array.from({ length: customers }, (_, index) =>
    runBuyer(
      { email: `customer${index}@shop.test`, urls, productId: fleet.productId },
      fleet.recorder,
      0,
      stopping.signal,
    ),
  );
  return async () => {
    stopping.abort();
    await Promise.all(shopping);
  };
};

/** Waits until so many orders are paid. */
export const waitForPaid = async ({ recorder }: Fleet, count: number): Promise<void> => {
  while (recorder.paidOrders.length < count) await Bun.sleep(20);
};

/** Has a customer buy at this process alone until one order is paid, and returns its id. */
export const buyAt = async ({ url }: App, { productId, recorder }: Fleet, email: string): Promise<string> => {
  const stopping = new AbortController();
  const buying = runBuyer({ email, urls: [url], productId }, recorder, 0, stopping.signal);
  for (;;) {
    const own = new Set(recorder.log.orders.filter((order) => order.email === email).map(({ id }) => id));
    const paid = recorder.paidOrders.find(({ id }) => own.has(id));
    if (paid !== undefined) {
      stopping.abort();
      await buying;
      return paid.id;
    }
    await Bun.sleep(20);
  }
};

/** Waits until the process shows the order to its customer. */
export const waitUntilShown = async (reader: App, orderId: string, email: string): Promise<void> => {
  while ((await read(reader, `/orders/${orderId}`, email, null).catch(() => null))?.status !== 200)
    await Bun.sleep(50);
};

/** Waits until a worker has done all that is owed for the order. */
export const waitUntilCompleted = (server: PostgresServer, orderId: string): Promise<void> =>
  onServer(server, async (sql) => {
    for (;;) {
      const [row] = await sql<{ status: string }[]>`select status from orders where id = ${orderId}`;
      if (row?.status === 'completed') return;
      await Bun.sleep(50);
    }
  });

/** Waits until all work is done, and checks the new primary as the kill test does, id by id. */
export const findViolations = async (fleet: Fleet, server: PostgresServer): Promise<readonly Violation[]> => {
  const databaseUrl = server.url('postgres');
  await waitUntilDone(databaseUrl);
  return check(
    await takeSnapshot({
      databaseUrl,
      provider: createInProcessProvider(databaseUrl),
      operator: fleet.operator,
      initialStocks: new Map([[fleet.productId, null]]),
      pricedProductId: null,
      recordedLog: fleet.recorder.log,
      carried: null,
      triedMails: [],
      sinceMs: fleet.startedMs,
    }),
  );
};
