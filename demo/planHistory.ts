import type { Product } from '../core/product.ts';
import { type Customer, customerAt, customerCountFor, pickCustomer } from './customers.ts';
import { createSeededRandom, createZipfPicker, type SeededRandom, shuffle } from './random.ts';

export type PlanOptions = {
  readonly orders: number;
  /** The first moment of the history. */
  readonly fromMs: number;
  /** The end of the history (exclusive). */
  readonly toMs: number;
  /** The same seed plans the same history. */
  readonly seed: number;
  /** At least one. */
  readonly products: readonly Product[];
};

/** `declined` leaves the orders pending after a declined charge; `abandoned` leaves them pending without a charge. */
export type PlannedOutcome = 'paid' | 'declined' | 'cancelled' | 'abandoned';

export type PlannedCheckout = {
  readonly customer: Customer;
  /** All in one currency, no product twice. */
  readonly lines: readonly { readonly product: Product; readonly quantity: number }[];
  readonly outcome: PlannedOutcome;
};

/** Checkouts that go through each stage together, and the time of each stage. */
export type PlannedBatch = {
  readonly checkouts: readonly PlannedCheckout[];
  readonly placedMs: number;
  readonly claimedMs: number;
  readonly outcomeMs: number;
  readonly completedMs: number;
  readonly cancelledMs: number;
};

/** In orders. Larger batches are hardly faster (SQLite and Postgres), and Ctrl-C waits for the end of a batch. */
const batchMax = 500;

/** All orders of a batch have the same times, so a short history gets small batches instead of two large ones. */
const batchesMin = 200;

/**
 * Plans a history batch by batch, in order of time, without storing it. It runs twice: once to count what will be
 * sold, and once to write the history.
 */
export function* planHistory(options: PlanOptions): Generator<PlannedBatch> {
  const { orders, fromMs, toMs } = options;
  const random = createSeededRandom(options.seed);
  const planCheckout = createPlanCheckout(options, random);
  const batchSize = Math.min(batchMax, Math.max(1, Math.round(orders / batchesMin)));
  const stepMs = (toMs - fromMs) / Math.ceil(orders / batchSize);
  for (let placed = 0; placed < orders; placed += batchSize) {
    const checkouts: PlannedCheckout[] = [];
    let remaining = Math.min(batchSize, orders - placed);
    while (remaining > 0) {
      const checkout = planCheckout(remaining);
      checkouts.push(checkout);
      remaining -= checkout.lines.length;
    }
    const startMs = fromMs + stepMs * (placed / batchSize + random.unit() / 2);
    yield { checkouts, ...timesOf(startMs, stepMs) };
  }
}

/** Units in paid orders, by product id. */
export const countUnitsSold = (plan: Iterable<PlannedBatch>): ReadonlyMap<string, number> => {
  const sold = new Map<string, number>();
  for (const { checkouts } of plan)
    for (const { outcome, lines } of checkouts)
      if (outcome === 'paid')
        for (const { product, quantity } of lines)
          sold.set(product.id, (sold.get(product.id) ?? 0) + quantity);
  return sold;
};

/** A batch starts in the first half of its step, and takes less than half a step. */
const timesOf = (startMs: number, stepMs: number): Omit<PlannedBatch, 'checkouts'> => {
  const placedMs = Math.floor(startMs);
  const after = (ms: number, stepPart: number) => placedMs + Math.floor(Math.min(ms, stepMs * stepPart));
  return {
    placedMs,
    claimedMs: after(75_000, 0.1),
    outcomeMs: after(76_300, 0.2),
    completedMs: after(78_000, 0.3),
    cancelledMs: after(900_000, 0.4),
  };
};

/** Creates a function that plans one checkout of at most `linesMax` lines. */
const createPlanCheckout = (
  { orders, products }: PlanOptions,
  random: SeededRandom,
): ((linesMax: number) => PlannedCheckout) => {
  const customerCount = customerCountFor(orders);
  // Cached: most orders are by a returning customer, and an id costs a hash.
  const customers = new Map<number, Customer>();
  const customerOf = (number: number): Customer => {
    const customer = customers.get(number) ?? customerAt(number);
    customers.set(number, customer);
    return customer;
  };
  // A fixed seed and a sorted start, so that the same products sell well in every history.
  const ranked = shuffle(
    products.toSorted((a, b) => (a.code < b.code ? -1 : 1)),
    createSeededRandom(1),
  );
  const pickAny = createZipfPicker(ranked);
  const pickByCurrency = new Map(
    [...Map.groupBy(ranked, ({ price }) => price.currency)].map(([code, group]) => [
      code,
      createZipfPicker(group),
    ]),
  );

  return (linesMax) => {
    const first = pickAny(random);
    const pickSameCurrency = pickByCurrency.get(first.price.currency) ?? pickAny;
    const lineCount = Math.min(linesMax, pickLineCount(random));
    const others = Array.from({ length: lineCount - 1 }, () => pickSameCurrency(random));
    return {
      customer: customerOf(pickCustomer(customerCount, random)),
      lines: [...new Set([first, ...others])].map((product) => ({
        product,
        quantity: pickQuantity(random),
      })),
      outcome: pickOutcome(random),
    };
  };
};

const pickLineCount = (random: SeededRandom): number => {
  const value = random.unit();
  return value < 0.68 ? 1 : value < 0.9 ? 2 : value < 0.97 ? 3 : 4;
};

const pickQuantity = (random: SeededRandom): number => {
  const value = random.unit();
  return value < 0.85 ? 1 : value < 0.96 ? 2 : 3;
};

const pickOutcome = (random: SeededRandom): PlannedOutcome => {
  const value = random.unit();
  return value < 0.9 ? 'paid' : value < 0.94 ? 'declined' : value < 0.97 ? 'cancelled' : 'abandoned';
};
