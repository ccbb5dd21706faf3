import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { openPostgresStore } from '../../adapters/postgres/store.ts';
import { openSqliteStore } from '../../adapters/sqlite/store.ts';
import { createSystemWorld } from '../../adapters/system/system.ts';
import type { Store } from '../../core/store.ts';
import { startApp } from '../app.ts';
import { vacuum } from '../checkout/fixture.ts';
import { type Counters, readCounters } from '../counters.ts';
import type { Postgres } from '../postgres.ts';
import type { Bench } from '../row.ts';
import { type PlacedOrder, payOrders, placeOrders } from '../shop.ts';

/** A shop whose history is completed, with pending orders. Each round gets its own copy. */
export type Shop = {
  /** Each customer in turn has placed `inARow` of them. */
  readonly orders: readonly PlacedOrder[];
  /** The number of orders that are completed already. */
  readonly history: number;
  open(): Promise<OpenShop>;
  remove(): Promise<void>;
};

export type OpenShop = {
  readonly url: string;
  countTasks(): Promise<number>;
  countAll(): Promise<Counts>;
  /** Called before a measurement, so that no checkpoint of earlier work falls into it. */
  settle(): Promise<void>;
  readCounters(): Promise<Counters>;
  close(): Promise<void>;
};

type Counts = Readonly<Record<string, number>>;

export type Contents = { readonly count: number; readonly inARow?: number; readonly history: number };

const countsQuery = `
  select
    (select count(*) from task) as tasks,
    (select count(*) from orders where status = 'paid') as paid,
    (select count(*) from orders where status = 'completed') as completed,
    (select count(*) from order_state where state = 'customer_notified') as notified,
    (select count(*) from payment where status = 'succeeded' and response is not null) as payments,
    (select count(*) from invoice) as invoices,
    (select count(*) from step_ledger where accepted_ms is not null) as notices,
    (select count(*) from captured_mail) as mails`;

const tasksQuery = 'select count(*) as tasks from task';

const numbersOf = (row: unknown): Counts =>
  Object.fromEntries(Object.entries(Object(row)).map(([name, value]) => [name, Number(value)]));

export const createPostgresShop = async (postgres: Postgres, contents: Contents): Promise<Shop> => {
  const template = `bench_shop_${contents.count}_${contents.inARow ?? 1}`;
  const url = await postgres.create(template);
  const openOn = (database: string): OpenShop => {
    const sql = new Bun.SQL(postgres.url(database), { max: 1 });
    const read = async (query: string) => numbersOf((await sql.unsafe(query))[0]);
    return {
      url: postgres.url(database),
      countTasks: async () => (await read(tasksQuery)).tasks ?? Number.NaN,
      countAll: () => read(countsQuery),
      settle: async () => void (await postgres.run('checkpoint')),
      readCounters: () => readCounters(postgres),
      close: async () => {
        await sql.end();
        if (database !== template) await postgres.drop(database);
      },
    };
  };
  const store = await openPostgresStore(createSystemWorld(), { url });
  const orders = await fill(store, openOn(template), contents);
  await vacuum(postgres, template);
  return {
    orders,
    history: contents.history,
    open: async () => {
      await postgres.create('bench_start', template);
      return openOn('bench_start');
    },
    remove: () => postgres.drop(template),
  };
};

export const createSqliteShop = async (bench: Bench, contents: Contents): Promise<Shop> => {
  const path = join(bench.createFolder(), 'fixture.db');
  const openOn = (file: string): OpenShop => {
    const client = new Database(file, { readonly: true });
    const read = (query: string) => numbersOf(client.prepare(query).get());
    return {
      url: `sqlite:${file}`,
      countTasks: async () => read(tasksQuery).tasks ?? Number.NaN,
      countAll: async () => read(countsQuery),
      settle: async () => {},
      readCounters: async () => ({ walBytes: 0, cpuSeconds: 0 }),
      close: async () => void client.close(),
    };
  };
  const store = await openSqliteStore(createSystemWorld(), { path });
  const orders = await fill(store, openOn(path), contents);
  moveLogIntoFile(path);
  return {
    orders,
    history: contents.history,
    open: async () => {
      const copy = join(bench.createFolder(), 'shop.db');
      copyFileSync(path, copy);
      return openOn(copy);
    },
    remove: async () => {},
  };
};

/** Only the file is copied. The last writer left its log, because our own connection was still open. */
const moveLogIntoFile = (path: string): void => {
  const client = new Database(path);
  client.pragma('wal_checkpoint(truncate)');
  client.close();
};

/** Places the orders. A worker completes those of the history, so that a round has only its own. */
const fill = async (
  store: Store,
  shop: OpenShop,
  { count, inARow = 1, history }: Contents,
): Promise<readonly PlacedOrder[]> => {
  await payOrders(store, await placeOrders(store, history), 1);
  const orders = await placeOrders(store, count, { inARow });
  await store.close();
  const worker = await startApp(shop.url, { ROLE: 'worker' });
  await waitUntilDrained(shop);
  await worker.stop();
  await shop.close();
  return orders;
};

const drainMaxMs = 300_000;

/** Waits until no task is left. */
export const waitUntilDrained = async ({ countTasks }: Pick<OpenShop, 'countTasks'>): Promise<void> => {
  const untilMs = performance.now() + drainMaxMs;
  while ((await countTasks()) > 0) {
    if (performance.now() > untilMs) throw new Error(`${await countTasks()} tasks were not done in time`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};
