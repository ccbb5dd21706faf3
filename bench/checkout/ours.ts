import { startApp } from '../app.ts';
import { commitsOf, countersOf, resetStatements, statementsOf } from '../counters.ts';
import { runLoad } from '../load/run.ts';
import type { Postgres } from '../postgres.ts';
import { cpuSeconds } from '../processes.ts';
import type { Bench, Contender } from '../row.ts';
import { booksQuery, checkBooks, checkoutPlan, checkStatuses, type ShopFloor } from './shopfloor.ts';

export type Crowd = { readonly connections: number; readonly warmUp: number; readonly count: number };

const env = { ROLE: 'checkout' };

/** The product's API process on PostgreSQL, asked over HTTP: the whole checkout, from the request to its answer. */
export const oursOnPostgres = (
  bench: Bench,
  postgres: Postgres,
  floor: ShopFloor,
  { connections, warmUp, count }: Crowd,
  { name = 'Cartwright', entry = 'main.ts' } = {},
): Contender => ({
  name,
  configuration: { entry, ...env, connections, warmUp, count, customers: 1_000, ordersACheckout: 1 },
  round: async () => {
    const orders = floor.orders.slice(0, warmUp + count);
    const url = await postgres.create('bench_checkout', floor.template);
    const app = await startApp(url, env, entry);
    const plan = await checkoutPlan(orders, { connections, warmUp, port: app.port });
    let before = await countersOf(postgres);
    let usedBefore = 0;
    const load = await runLoad(bench.folder(), plan, async () => {
      await postgres.run('checkpoint');
      await resetStatements(postgres);
      before = await countersOf(postgres);
      usedBefore = cpuSeconds(app.pid);
    });
    const used = cpuSeconds(app.pid) - usedBefore;
    const after = await countersOf(postgres);
    const statements = await statementsOf(postgres, 'bench_checkout');
    await app.stop();
    const commits = await commitsOf(postgres, 'bench_checkout');
    const { charges, ...books } = await booksOf(url);
    checkStatuses(load.statuses, orders.length);
    checkBooks(books, floor.history + orders.length);
    checkBooks({ charges }, orders.length);
    await postgres.drop('bench_checkout');

    const each = (total: number) => total / count;
    return {
      perSecond: count / load.seconds,
      p50Ms: load.p50Ms,
      p99Ms: load.p99Ms,
      commitsEach: commits / orders.length,
      statementsEach: each(statements),
      walBytesEach: each(after.walBytes - before.walBytes),
      serverCpuUsEach: each(used) * 1e6,
      databaseCpuUsEach: each(after.cpuSeconds - before.cpuSeconds) * 1e6,
      loadCpuUsEach: each(load.cpuSeconds) * 1e6,
    };
  },
});

/** The charges are in a book of the provider's, which has a schema of its own. */
const booksOf = async (url: string): Promise<Record<string, unknown>> => {
  const sql = new Bun.SQL(url, { max: 1 });
  const [books] = await sql.unsafe(booksQuery);
  const [charges] = await sql`
    select count(*) as charges from simulated_provider.record
    where id like 'pi%' and body::jsonb ->> 'status' = 'succeeded'`;
  await sql.end();
  return { ...books, ...charges };
};
