import { connect } from '../../adapters/postgres/connection.ts';
import { noLimits } from '../../adapters/postgres/migrate.ts';
import { openPostgresStore } from '../../adapters/postgres/store.ts';
import { createSystemWorld } from '../../adapters/system/system.ts';
import { addMonths, monthAt } from '../../core/archive.ts';
import { historyMonths, insertHistory, partitionEmpty } from '../../tests/postgres/history.ts';
import type { Postgres } from '../postgres.ts';
import type { Bench, Contender, MatchResult } from '../row.ts';
import { runScript } from '../scripts.ts';
import { placeOrders, unwrapOrThrow } from '../shop.ts';

const historyOrders = 500_000;
const ordersPerRound = 10_000;

/** New orders beside a history of 24 months, with and without a partition for each month. */
export const matchMonths = async (bench: Bench, postgres: Postgres): Promise<MatchResult> => {
  const history = bench.scaleCount(historyOrders);
  bench.progress(`writing two histories of ${history.toLocaleString('en')} orders`);
  await createShop(postgres, 'bench_plain', history, false);
  await createShop(postgres, 'bench_monthly', history, true);
  const match = await bench.runMatch({
    name: 'months',
    title: `CPU time of the server for an order, its payment and its first step, beside ${historyMonths} months of history`,
    figure: 'databaseCpuUsEach',
    unit: 'µs an order',
    better: 'less',
    // At most a tenth more.
    goal: 0.91,
    ours: createBuyer(bench, postgres, 'bench_monthly', history, 'monthly partitions'),
    peers: [createBuyer(bench, postgres, 'bench_plain', history, 'without partitions')],
  });
  await postgres.drop('bench_plain');
  await postgres.drop('bench_monthly');
  return match;
};

const createShop = async (
  postgres: Postgres,
  database: string,
  history: number,
  isPartitioned: boolean,
): Promise<void> => {
  const url = await postgres.create(database);
  const store = await openPostgresStore(createSystemWorld(), { url, poolSize: 1 });
  const sql = connect({ url, poolSize: 1, limits: noLimits });
  const first = addMonths(monthAt(Date.now()), -historyMonths);
  if (isPartitioned) await partitionEmpty(url, sql, first);
  await placeOrders(store, 1, { stock: null });
  const { items } = await unwrapOrThrow(
    store.products.list({ search: null, type: null, after: null, limit: 1 }),
  );
  await insertHistory(sql, items[0]?.id ?? '', history, first);
  await sql.end();
  await store.close();
};

const createBuyer = (
  bench: Bench,
  postgres: Postgres,
  template: string,
  history: number,
  name: string,
): Contender => ({
  name,
  configuration: { history, months: historyMonths, batch: 1_000 },
  round: async () => {
    const url = await postgres.create('bench_buying', template);
    await postgres.run('checkpoint');
    const figures = await runScript('queue/months.ts', [url, bench.scaleCount(ordersPerRound)]);
    await postgres.drop('bench_buying');
    return figures;
  },
});
