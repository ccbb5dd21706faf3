import { err, ok } from 'neverthrow';
import type { AsyncResult } from '../core/result.ts';
import type { Store } from '../core/store.ts';
import type { World } from '../core/world.ts';
import { checkOutOrders, type Tally } from './checkOut.ts';
import { demoProducts, loadDemoProducts } from './loadProducts.ts';
import { planHistory, soldIn } from './planHistory.ts';
import { runPipelines } from './runPipelines.ts';
import { addStock, findByCode } from './stock.ts';

export type HistorySettings = {
  readonly orders: number;
  readonly days: number;
  /** Stops the run between two batches. */
  readonly stop: AbortSignal;
  /** Called after each batch with what was done until then. */
  readonly onBatch: (soFar: Tally) => void;
};

/**
 * Seeds a store: loads the catalogue, delivers to the shelves what will be sold, and lives through the history
 * batch by batch. `world` must not be the store's own: its ids go back to the history's first day.
 */
export const writeHistory = async (
  store: Store,
  world: World,
  settings: HistorySettings,
): AsyncResult<Tally> => {
  const toMs = world.clock.nowMs();
  const fromMs = toMs - settings.days * 86_400_000;
  const loaded = await loadDemoProducts(store.products, { nowMs: () => fromMs });
  if (loaded.isErr()) return err(loaded.error);
  const found = await findByCode(store.products, new Set(demoProducts.map(({ code }) => code)));
  if (found.isErr()) return err(found.error);

  const products = found.value;
  const plan = { orders: settings.orders, fromMs, toMs, products, seed: seedOf(world) };
  const stocked = await addStock(store.products, products, soldIn(planHistory(plan)), toMs);
  if (stocked.isErr()) return err(stocked.error);

  let soFar: Tally = { placed: 0, paid: 0, cancelled: 0 };
  let delivering: AsyncResult<void> = Promise.resolve(ok());
  for (const batch of planHistory(plan)) {
    if (settings.stop.aborted) break;
    // The shop sells on while the batch before is delivered, which keeps both sides of a connection busy.
    const [sold, delivered] = await Promise.all([checkOutOrders(store, world, batch), delivering]);
    if (sold.isErr()) return err(sold.error);
    if (delivered.isErr()) return err(delivered.error);
    delivering = runPipelines(store.queue, world, batch, sold.value.paid);
    soFar = added(soFar, sold.value.tally);
    settings.onBatch(soFar);
    // A database in this process answers without waiting for anything, and Ctrl-C is only heard in between.
    await world.turn();
  }
  const delivered = await delivering;
  return delivered.map(() => soFar);
};

const seedOf = ({ random }: World): number => Math.floor(random.unit() * 2 ** 32);

const added = (a: Tally, b: Tally): Tally => ({
  placed: a.placed + b.placed,
  paid: a.paid + b.paid,
  cancelled: a.cancelled + b.cancelled,
});
