import { randomUUID } from 'node:crypto';
import { postgresStore } from '../../adapters/postgres/store.ts';
import { systemWorld } from '../../adapters/system/system.ts';
import type { Plan } from '../load/plan.ts';
import type { Postgres } from '../postgres.ts';
import { bearerTokens, type PlacedOrder, payOrders, placeOrders } from '../shop.ts';

/** A database full of pending orders that both sides of a match get a fresh copy of. */
export type ShopFloor = {
  readonly template: string;
  readonly orders: readonly PlacedOrder[];
  /** Orders that were paid before, since the planner knows nothing of tables that have always been empty. */
  readonly history: number;
};

const history = 20_000;

export const postgresFloor = async (postgres: Postgres, count: number): Promise<ShopFloor> => {
  const template = `bench_floor_${count}`;
  const store = await postgresStore(systemWorld(), { url: await postgres.create(template) });
  await payOrders(store, await placeOrders(store, history), 1);
  const orders = await placeOrders(store, count);
  await store.close();
  await vacuum(postgres, template);
  return { template, orders, history };
};

/** So that no round pays for the cleaning up that preparing it left behind. */
export const vacuum = async (postgres: Postgres, database: string): Promise<void> => {
  const sql = new Bun.SQL(postgres.url(database), { max: 1 });
  await sql`vacuum (analyze)`;
  await sql.end();
};

/** One checkout an order, each under an audit GUID of its own and by the customer who placed it. */
export const checkoutPlan = async (
  orders: readonly PlacedOrder[],
  { connections, warmUp, port }: Pick<Plan, 'connections' | 'warmUp' | 'port'>,
): Promise<Plan> => {
  const tokens = await bearerTokens();
  return {
    port,
    connections,
    warmUp,
    measured: orders.length - warmUp,
    path: '/checkouts',
    headers: { 'content-type': 'application/json' },
    requests: orders.map(({ id, customer }) => ({
      headers: { authorization: `Bearer ${tokens[customer]}`, 'idempotency-key': randomUUID() },
      body: JSON.stringify({ orderIds: [id], payment: { method: 'pm_card_visa' } }),
    })),
  };
};

/** Throws unless each order was answered 202, and nothing else was answered. */
export const checkStatuses = (statuses: Readonly<Record<string, number>>, orders: number): void => {
  if (statuses['202'] !== orders || Object.keys(statuses).length !== 1)
    throw new Error(`${orders} orders were to be paid, and it was answered ${JSON.stringify(statuses)}`);
};

/** Throws unless each count is that of the orders: each has its one payment, stored answer, task and so on. */
export const checkBooks = (books: Readonly<Record<string, unknown>>, orders: number): void => {
  if (Object.values(books).some((count) => Number(count) !== orders))
    throw new Error(`${orders} orders were to be paid, and there are ${JSON.stringify(books)}`);
};

/**
 * Throws unless the server's database says that each order was paid, and only those; the simulated provider's book,
 * where it is in this database, must have a charge for each of those that were paid over HTTP.
 */
export const checkShop = async (url: string, { history }: ShopFloor, orders: number): Promise<void> => {
  const sql = new Bun.SQL(url, { max: 1 });
  const [books] = await sql.unsafe(booksQuery);
  const [provider] = await sql`select to_regclass('simulated_provider.record') as book`;
  const [charges] =
    provider.book === null
      ? []
      : await sql`
          select count(*) as charges from simulated_provider.record
          where id like 'pi%' and body::jsonb ->> 'status' = 'succeeded'`;
  await sql.end();
  checkBooks(books, history + orders);
  checkBooks(charges ?? {}, orders);
};

/** What the database says was paid, in the SQL that both databases speak. */
export const booksQuery = `
  select
    (select count(*) from payment where answer is not null) as answers,
    (select count(*) from payment where status = 'succeeded') as payments,
    (select count(distinct reference) from payment) as charged,
    (select count(*) from orders where status = 'paid') as paid,
    (select count(*) from task) as tasks,
    (select count(*) from order_state where state = 'paying') as claimed,
    (select count(*) from order_state where state = 'paid') as settled`;
