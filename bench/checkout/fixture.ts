import { randomUUID } from 'node:crypto';
import { openPostgresStore } from '../../adapters/postgres/store.ts';
import { createSystemWorld } from '../../adapters/system/system.ts';
import type { Plan } from '../load/plan.ts';
import type { Postgres } from '../postgres.ts';
import { createTokens, type PlacedOrder, payOrders, placeOrders } from '../shop.ts';

/** A template database with pending orders. Each round of each contender gets a new copy. */
export type ShopFixture = {
  readonly template: string;
  readonly orders: readonly PlacedOrder[];
  /** The number of orders that are already paid. Without them the planner has no statistics for most tables. */
  readonly history: number;
};

const history = 20_000;

export const createPostgresFixture = async (postgres: Postgres, count: number): Promise<ShopFixture> => {
  const template = `bench_fixture_${count}`;
  const store = await openPostgresStore(createSystemWorld(), { url: await postgres.create(template) });
  await payOrders(store, await placeOrders(store, history), 1);
  const orders = await placeOrders(store, count);
  await store.close();
  await vacuum(postgres, template);
  return { template, orders, history };
};

/** Removes dead rows, so that autovacuum does not run during a round. */
export const vacuum = async (postgres: Postgres, database: string): Promise<void> => {
  const sql = new Bun.SQL(postgres.url(database), { max: 1 });
  await sql`vacuum (analyze)`;
  await sql.end();
};

/** One checkout for each order, under its own audit GUID, by the customer who placed the order. */
export const createCheckoutPlan = (
  orders: readonly PlacedOrder[],
  options: Pick<Plan, 'connections' | 'warmUp' | 'port'>,
): Promise<Plan> =>
  createCartPlan(
    orders.map((order) => [order]),
    options,
  );

/** One request for each cart, under its own audit GUID, by the customer who placed its orders. */
export const createCartPlan = async (
  carts: readonly (readonly PlacedOrder[])[],
  { connections, warmUp, port }: Pick<Plan, 'connections' | 'warmUp' | 'port'>,
): Promise<Plan> => {
  const tokens = await createTokens();
  return {
    port,
    connections,
    warmUp,
    measured: carts.length - warmUp,
    path: '/checkouts',
    headers: { 'content-type': 'application/json' },
    requests: carts.map((orders) => ({
      headers: {
        authorization: `Bearer ${tokens[orders[0]?.customer ?? 0]}`,
        'idempotency-key': randomUUID(),
      },
      body: JSON.stringify({ orderIds: orders.map(({ id }) => id), payment: { method: 'pm_card_visa' } }),
    })),
  };
};

/** Throws unless there was one response for each order and all of them were 202. */
export const checkStatuses = (statuses: Readonly<Record<string, number>>, orders: number): void => {
  if (statuses['202'] !== orders || Object.keys(statuses).length !== 1)
    throw new Error(`expected ${orders} responses with status 202, got ${JSON.stringify(statuses)}`);
};

/** Throws unless every count equals the number of orders: each has one payment, stored response, task and so on. */
export const checkCounts = (counts: Readonly<Record<string, unknown>>, orders: number): void => {
  if (Object.values(counts).some((count) => Number(count) !== orders))
    throw new Error(`expected ${orders} paid orders, found ${JSON.stringify(counts)}`);
};

/**
 * Throws unless the database has exactly these orders as paid. If the provider's records are in this database, they
 * must have one charge for each order that was paid over HTTP.
 */
export const checkShop = async (url: string, { history }: ShopFixture, orders: number): Promise<void> => {
  const sql = new Bun.SQL(url, { max: 1 });
  const [counts] = await sql.unsafe(countsQuery);
  const [provider] = await sql`select to_regclass('simulated_provider.record') as records`;
  const [charges] =
    provider.records === null
      ? []
      : await sql`
          select count(*) as charges from simulated_provider.record
          where id like 'pi%' and body::jsonb ->> 'status' = 'succeeded'`;
  await sql.end();
  checkCounts(counts, history + orders);
  checkCounts(charges ?? {}, orders);
};

/** Counts of the rows of paid orders, in SQL that both databases accept. */
export const countsQuery = `
  select
    (select count(*) from payment where response is not null) as responses,
    (select count(*) from payment where status = 'succeeded') as payments,
    (select count(distinct reference) from payment) as charges,
    (select count(*) from orders where status = 'paid') as paid,
    (select count(*) from task) as tasks,
    (select count(*) from order_state where state = 'paying') as paying_states,
    (select count(*) from order_state where state = 'paid') as paid_states`;
