import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { buildPages } from '../../../web/build.ts';
import {
  type Client,
  createClient,
  expectStatus,
  itemsOf,
  placeOrder,
  textAt,
  valueAt,
} from '../../processes/client.ts';
import type { TestDatabase } from '../../processes/postgres.ts';
import { type App, type Runtime, startApp } from '../../processes/processes.ts';
import { freePort } from '../../processes/server.ts';
import { tokenFor } from '../../processes/tokens.ts';

/** A shop as a visitor of the README starts it: one process in demo mode, with its products, pages and worker. */
export type Shop = {
  /** `localhost`, because browsers keep a session there without https. */
  readonly url: string;
  /** SIGKILL: nothing is finished, nothing is said. */
  kill(): Promise<void>;
  /** On the same address and database. */
  startAgain(): Promise<void>;
  customer(email: string): Promise<{ readonly token: string; readonly client: Client }>;
  readonly operator: Client;
  /** What the provider has charged, by the key of the checkout. */
  charges(): Promise<readonly Charge[]>;
  /** A product of its own, so that tests do not take each other's stock. Returns its id. */
  addProduct(product?: Partial<Draft>): Promise<string>;
  close(): Promise<void>;
};

type Charge = { readonly idempotencyKey: string; readonly amount: number; readonly status: string };
type Draft = {
  readonly name: string;
  readonly type: string;
  readonly price: number;
  readonly stock: number | null;
};

type ShopOptions = {
  readonly database: TestDatabase;
  readonly runtime?: Runtime;
  readonly env?: Readonly<Record<string, string>>;
};

/** What has no answer is asked about soon, so that no test waits for the usual quarter of a minute. */
const soon = { RECONCILE_AFTER_MS: '1000', QUEUE_POLL_MS: '50' };

export const openShop = async ({ database, runtime = 'bun', env = {} }: ShopOptions): Promise<Shop> => {
  await buildPages(join(import.meta.dirname, '../../../web/dist'), { onlyIfStale: true });
  const port = await freePort();
  const start = (): Promise<App> =>
    startApp({
      databaseUrl: database.url,
      runtime,
      port,
      env: { NODE_ENV: 'development', AUTH_SECRET: undefined, ...soon, ...env },
    });
  let app = await start();
  const stop = async () => {
    app.kill('SIGKILL');
    await app.stopped;
  };
  const signIn = async (email: string, role: 'customer' | 'operator') => {
    // Only demo mode gives a token to anyone who asks.
    if (env.AUTH_SECRET !== undefined) {
      const token = await tokenFor(email, role);
      return { token, client: createClient(app.url, token) };
    }
    const { body } = expectStatus(
      await createClient(app.url, null).post('/demo/tokens', { email, role }),
      201,
    );
    const token = textAt({ body }, 'token');
    return { token, client: createClient(app.url, token) };
  };
  const operator = (await signIn('operator@example.com', 'operator')).client;
  return {
    url: `http://localhost:${port}`,
    kill: stop,
    startAgain: async () => {
      app = await start();
    },
    customer: (email) => signIn(email, 'customer'),
    operator,
    charges: async () =>
      itemsOf(expectStatus(await operator.get('/demo/charges?limit=100'), 200)).map((item) => ({
        idempotencyKey: textAt({ body: item }, 'idempotencyKey'),
        amount: Number(valueAt(item, 'amount')),
        status: textAt({ body: item }, 'status'),
      })),
    addProduct: async (product = {}) => {
      const code = `T-${randomUUID().slice(0, 8)}`;
      const { name = `Áo thử ${code}`, type = 'digital', price = 120_000, stock = null } = product;
      const draft = { code, name, type, price: { amount: price, currency: 'VND' }, stock };
      expectStatus(await operator.post('/products', [draft]), 200);
      const listed = itemsOf(expectStatus(await operator.get(`/products?q=${code}`), 200));
      return textAt({ body: listed.find((item) => valueAt(item, 'code') === code) }, 'id');
    },
    close: async () => {
      await stop();
      await database.drop();
    },
  };
};

/** Waits until the shop says so. The test's own time limit ends it. */
export const until = async <Value>(
  ask: () => Promise<Value>,
  isDone: (value: Value) => boolean,
): Promise<Value> => {
  for (;;) {
    const value = await ask();
    if (isDone(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

export const statusOf = async (client: Client, orderId: string): Promise<string> =>
  textAt(expectStatus(await client.get(`/orders/${orderId}`), 200), 'status');

export { placeOrder };
