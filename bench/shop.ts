import { createSystemWorld } from '../adapters/system/system.ts';
import type { Claim } from '../core/audit.ts';
import { buildOutcomeRecord } from '../core/buildOutcomeRecord.ts';
import type { OrderRequest } from '../core/order.ts';
import type { AsyncResult } from '../core/result.ts';
import type { Store } from '../core/store.ts';
import { tokenFor } from '../tests/processes/tokens.ts';

/** A pending order, and the customer who may pay it. */
export type PlacedOrder = { readonly id: string; readonly customer: number };

const customers = 1_000;
const products = 200;
const batchMax = 1_000;

/**
 * Adds products and pending orders through the product's own ports. Each customer in turn places `inARow` orders.
 */
export const placeOrders = async (
  store: Store,
  count: number,
  { inARow = 1, stock = 10_000_000 }: { readonly inARow?: number; readonly stock?: number | null } = {},
): Promise<readonly PlacedOrder[]> => {
  const world = createSystemWorld();
  const drafts = Array.from({ length: products }, (_, index) => ({
    code: `BENCH-${index}`,
    name: `Áo thun nam cổ tròn số ${index}`,
    type: 'physical',
    price: { amount: 129_000 + index, currency: 'VND' },
    stock,
  }));
  (await store.products.upsert(drafts, world.clock.nowMs(), 'replace'))._unsafeUnwrap();
  const page = await unwrapOrThrow(
    store.products.list({ search: null, type: null, after: null, limit: 100 }),
  );

  const placed: PlacedOrder[] = [];
  while (placed.length < count) {
    const nowMs = world.clock.nowMs();
    const batch = Array.from({ length: Math.min(batchMax, count - placed.length) }, (_, index) => ({
      customer: Math.floor((placed.length + index) / inARow) % customers,
      id: world.ids.next(nowMs),
    }));
    const requests = batch.map(({ id, customer }): OrderRequest => {
      const product = page.items[customer % page.items.length];
      if (product === undefined) throw new Error('there are no products');
      return {
        id,
        customerId: customerId(customer),
        contact: { email: emailOf(customer), language: 'vi' },
        productId: product.id,
        ttlMs: 86_400_000,
        quantity: 1,
      };
    });
    const results = await unwrapOrThrow(store.orders.place(requests, nowMs));
    const refused = results.filter((result) => result.isErr());
    if (refused.length > 0) throw new Error(`${refused.length} orders were refused`);
    placed.push(...batch);
  }
  return placed;
};

/** Splits the orders into checkouts of `perCheckout` orders. Each has one customer if `inARow` was the same. */
export const groupByCheckout = (
  orders: readonly PlacedOrder[],
  perCheckout: number,
): readonly (readonly PlacedOrder[])[] =>
  Array.from({ length: Math.ceil(orders.length / perCheckout) }, (_, index) =>
    orders.slice(index * perCheckout, (index + 1) * perCheckout),
  );

/** Claims checkouts, so that only their outcomes have to be recorded. */
export const claimCheckouts = async (
  { audits }: Store,
  checkouts: readonly (readonly PlacedOrder[])[],
): Promise<readonly Claim[]> => {
  const { clock, ids } = createSystemWorld();
  const nowMs = clock.nowMs();
  const requests = checkouts.map((orders) => ({
    checkoutId: ids.next(nowMs),
    key: ids.next(nowMs),
    customerId: customerId(orders[0]?.customer ?? 0),
    orderIds: orders.map(({ id }) => id),
    method: 'pm_card_visa',
    recoverAtMs: nowMs + 3_600_000,
  }));
  return (await unwrapOrThrow(audits.claim(requests, nowMs))).map((claim) => {
    if (claim.isErr()) throw new Error(`a claim was refused: ${claim.error.kind}`);
    return claim.value;
  });
};

/** Records the claims as paid, which queues a task for each of their orders. */
export const recordPaid = async ({ audits }: Store, claims: readonly Claim[]): Promise<void> => {
  const world = createSystemWorld();
  const paid = (claim: Claim) =>
    buildOutcomeRecord(claim, { kind: 'succeeded', reference: `bench_${claim.checkoutId}` }, 'bench', world);
  await unwrapOrThrow(audits.recordOutcomes(claims.map(paid), world.clock.nowMs()));
};

/** Pays for the orders, about a thousand in one transaction. */
export const payOrders = async (
  store: Store,
  orders: readonly PlacedOrder[],
  perCheckout: number,
): Promise<void> => {
  const checkouts = groupByCheckout(orders, perCheckout);
  const perBatch = Math.max(1, Math.floor(batchMax / perCheckout));
  for (let at = 0; at < checkouts.length; at += perBatch)
    await recordPaid(store, await claimCheckouts(store, checkouts.slice(at, at + perBatch)));
};

/** Throws if the database is unavailable. */
export const unwrapOrThrow = async <T, F extends { readonly kind: string }>(
  pending: AsyncResult<T, F>,
): Promise<T> => {
  const result = await pending;
  if (result.isErr()) throw new Error(JSON.stringify(result.error));
  return result.value;
};

/** One bearer token for each customer, by the customer's number. */
export const createTokens = (): Promise<readonly string[]> =>
  Promise.all(Array.from({ length: customers }, (_, customer) => tokenFor(emailOf(customer))));

const emailOf = (customer: number): string => `lan${customer}@example.com`;

/** The id that `tokenFor` puts into the token. */
const customerId = (customer: number): string => `customer-${emailOf(customer)}`;
