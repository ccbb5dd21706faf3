import type { Product } from '../core/product.ts';
import { type Customer, customer, customersFor, pickCustomer } from './customers.ts';
import { createSeededRandom, type SeededRandom, shuffled, zipf } from './random.ts';

export type PlanSettings = {
  readonly orders: number;
  /** The history begins here … */
  readonly fromMs: number;
  /** … and ends before this. */
  readonly toMs: number;
  /** The same seed plans the same history. */
  readonly seed: number;
  /** At least one. */
  readonly products: readonly Product[];
};

/** What becomes of a cart: it is paid, or declined and left pending, or cancelled, or never checked out. */
export type Fate = 'paid' | 'declined' | 'cancelled' | 'left';

export type PlannedCheckout = {
  readonly customer: Customer;
  /** All in one currency, no product twice. */
  readonly lines: readonly { readonly product: Product; readonly quantity: number }[];
  readonly fate: Fate;
};

/** Carts that go through the shop together, and when each thing happens to them. */
export type PlannedBatch = {
  readonly carts: readonly PlannedCheckout[];
  readonly placedMs: number;
  readonly claimedMs: number;
  readonly settledMs: number;
  readonly deliveredMs: number;
  readonly cancelledMs: number;
};

/** In orders. Larger ones are hardly faster (SQLite and Postgres), and Ctrl-C waits for one to end. */
const batchMax = 500;

/** A batch happens at one moment, so a short history is cut small rather than told in two moments. */
const momentsMin = 200;

/**
 * Plans a history batch by batch, forward in time, without keeping it: it is planned once to know what will be
 * sold, and once more to be done.
 */
export function* planHistory(settings: PlanSettings): Generator<PlannedBatch> {
  const { orders, fromMs, toMs } = settings;
  const throws = createSeededRandom(settings.seed);
  const nextCart = cartsOf(settings, throws);
  const batchSize = Math.min(batchMax, Math.max(1, Math.round(orders / momentsMin)));
  const stepMs = (toMs - fromMs) / Math.ceil(orders / batchSize);
  for (let placed = 0; placed < orders; placed += batchSize) {
    const carts: PlannedCheckout[] = [];
    let room = Math.min(batchSize, orders - placed);
    while (room > 0) {
      const cart = nextCart(room);
      carts.push(cart);
      room -= cart.lines.length;
    }
    const startMs = fromMs + stepMs * (placed / batchSize + throws.unit() / 2);
    yield { carts, ...timesOf(startMs, stepMs) };
  }
}

/** Units sold in the end, by product id. */
export const soldIn = (plan: Iterable<PlannedBatch>): ReadonlyMap<string, number> => {
  const sold = new Map<string, number>();
  for (const { carts } of plan)
    for (const { fate, lines } of carts)
      if (fate === 'paid')
        for (const { product, quantity } of lines)
          sold.set(product.id, (sold.get(product.id) ?? 0) + quantity);
  return sold;
};

/** A batch begins in the first half of its step, and takes less than the other half. */
const timesOf = (startMs: number, stepMs: number): Omit<PlannedBatch, 'carts'> => {
  const placedMs = Math.floor(startMs);
  const after = (ms: number, stepPart: number) => placedMs + Math.floor(Math.min(ms, stepMs * stepPart));
  return {
    placedMs,
    claimedMs: after(75_000, 0.1),
    settledMs: after(76_300, 0.2),
    deliveredMs: after(78_000, 0.3),
    cancelledMs: after(900_000, 0.4),
  };
};

/** Answers carts of `linesMax` lines at most. */
const cartsOf = (
  { orders, products }: PlanSettings,
  throws: SeededRandom,
): ((linesMax: number) => PlannedCheckout) => {
  const customers = customersFor(orders);
  // Most orders are of somebody who was here before, and an id costs a hash.
  const known = new Map<number, Customer>();
  const customerOf = (number: number): Customer => {
    const one = known.get(number) ?? customer(number);
    known.set(number, one);
    return one;
  };
  // Seeded apart, and from a settled order, so that what sells well is the same in every run.
  const ranked = shuffled(
    products.toSorted((a, b) => (a.code < b.code ? -1 : 1)),
    createSeededRandom(1),
  );
  const pickAny = zipf(ranked);
  const pickIn = new Map(
    [...Map.groupBy(ranked, ({ price }) => price.currency)].map(([code, group]) => [code, zipf(group)]),
  );

  return (linesMax) => {
    const first = pickAny(throws);
    const pickLike = pickIn.get(first.price.currency) ?? pickAny;
    const more = Array.from({ length: Math.min(linesMax, linesThrown(throws)) - 1 }, () => pickLike(throws));
    return {
      customer: customerOf(pickCustomer(customers, throws)),
      lines: [...new Set([first, ...more])].map((product) => ({ product, quantity: quantityThrown(throws) })),
      fate: fateThrown(throws),
    };
  };
};

const linesThrown = (throws: SeededRandom): number => {
  const at = throws.unit();
  return at < 0.68 ? 1 : at < 0.9 ? 2 : at < 0.97 ? 3 : 4;
};

const quantityThrown = (throws: SeededRandom): number => {
  const at = throws.unit();
  return at < 0.85 ? 1 : at < 0.96 ? 2 : 3;
};

const fateThrown = (throws: SeededRandom): Fate => {
  const at = throws.unit();
  return at < 0.9 ? 'paid' : at < 0.94 ? 'declined' : at < 0.97 ? 'cancelled' : 'left';
};
