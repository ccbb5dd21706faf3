import { err, ok } from 'neverthrow';
import type { AsyncResult } from '../core/result.ts';
import type { Store } from '../core/store.ts';
import type { World } from '../core/world.ts';
import { checkOutOrders, type OrderCounts } from './checkOut.ts';
import { demoProducts, loadDemoProducts } from './loadProducts.ts';
import { countUnitsSold, planHistory } from './planHistory.ts';
import { runPipelines } from './runPipelines.ts';
import { addStock, findByCode } from './stock.ts';

export type HistoryOptions = {
  readonly orders: number;
  readonly days: number;
  /** Stops the run between two batches. */
  readonly stop: AbortSignal;
  /** Called after each batch with the counts of all batches until then. */
  readonly onBatch: (total: OrderCounts) => void;
};

/**
 * Seeds a store: loads the demo products, adds the stock that will be sold, and writes a history of orders batch by
 * batch. `world` must not be the store's own: its ids start at the first day of the history.
 */
export const writeHistory = async (
  store: Store,
  world: World,
  options: HistoryOptions,
): AsyncResult<OrderCounts> => {
  const toMs = world.clock.nowMs();
  const fromMs = toMs - options.days * 86_400_000;
  const loaded = await loadDemoProducts(store.products, { nowMs: () => fromMs });
  if (loaded.isErr()) return err(loaded.error);
  const found = await findByCode(store.products, new Set(demoProducts.map(({ code }) => code)));
  if (found.isErr()) return err(found.error);

  const products = found.value;
  const plan = { orders: options.orders, fromMs, toMs, products, seed: pickSeed(world) };
  const stocked = await addStock(store.products, products, countUnitsSold(planHistory(plan)), toMs);
  if (stocked.isErr()) return err(stocked.error);

  let total: OrderCounts = { placed: 0, paid: 0, cancelled: 0 };
  let pipelinesRun: AsyncResult<void> = Promise.resolve(ok());
  for (const batch of planHistory(plan)) {
    if (options.stop.aborted) break;
    // The checkouts of a batch overlap with the pipelines of the previous one: the database never waits for us.
    const [checkedOut, ran] = await Promise.all([checkOutOrders(store, world, batch), pipelinesRun]);
    if (checkedOut.isErr()) return err(checkedOut.error);
    if (ran.isErr()) return err(ran.error);
    pipelinesRun = runPipelines(store.queue, world, batch, checkedOut.value.paidOrderIds);
    total = addCounts(total, checkedOut.value.counts);
    options.onBatch(total);
    // SQLite in this process never waits for I/O, so without this the signal handler of Ctrl-C would not run.
    await world.yieldToEventLoop();
  }
  const ran = await pipelinesRun;
  return ran.map(() => total);
};

const pickSeed = ({ random }: World): number => Math.floor(random.unit() * 2 ** 32);

const addCounts = (a: OrderCounts, b: OrderCounts): OrderCounts => ({
  placed: a.placed + b.placed,
  paid: a.paid + b.paid,
  cancelled: a.cancelled + b.cancelled,
});
