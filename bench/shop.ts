import { systemWorld } from '../adapters/system/system.ts';
import type { Claim } from '../core/audit.ts';
import type { OrderRequest } from '../core/order.ts';
import { outcomeRecordOf } from '../core/outcomeRecord.ts';
import type { AsyncResult } from '../core/result.ts';
import type { Store } from '../core/store.ts';
import { tokenFor } from '../tests/processes/tokens.ts';

/** A pending order, and the customer who may pay it. */
export type PlacedOrder = { readonly id: string; readonly customer: number };

const customers = 1_000;
const products = 200;
const batchMax = 1_000;

/**
 * Adds products and pending orders, through the product's own ports. A customer places `inARow` orders, then it
 * is the next one's turn.
 */
export const placeOrders = async (
  store: Store,
  count: number,
  { inARow = 1, stock = 10_000_000 }: { readonly inARow?: number; readonly stock?: number | null } = {},
): Promise<readonly PlacedOrder[]> => {
  const world = systemWorld();
  const drafts = Array.from({ length: products }, (_, index) => ({
    code: `BENCH-${index}`,
    name: `Áo thun nam cổ tròn số ${index}`,
    type: 'physical',
    price: { amount: 129_000 + index, currency: 'VND' },
    stock,
  }));
  await orThrow(store.products.upsert(drafts, world.clock.nowMs(), 'replace'));
  const page = await orThrow(store.products.list({ search: null, type: null, after: null, limit: 100 }));

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
        quantity: 1,
      };
    });
    const answers = await orThrow(store.orders.place(requests, nowMs));
    const refused = answers.filter((answer) => answer.isErr());
    if (refused.length > 0) throw new Error(`${refused.length} orders were refused`);
    placed.push(...batch);
  }
  return placed;
};

/** Each cart is of one customer's orders in a row. */
export const cartsOf = (
  orders: readonly PlacedOrder[],
  inARow: number,
): readonly (readonly PlacedOrder[])[] =>
  Array.from({ length: Math.ceil(orders.length / inARow) }, (_, cart) =>
    orders.slice(cart * inARow, (cart + 1) * inARow),
  );

/** Claims carts, so that they only have to be settled. */
export const claimCarts = async (
  { audits }: Store,
  carts: readonly (readonly PlacedOrder[])[],
): Promise<readonly Claim[]> => {
  const { clock, ids } = systemWorld();
  const nowMs = clock.nowMs();
  const requests = carts.map((orders) => ({
    checkoutId: ids.next(nowMs),
    key: ids.next(nowMs),
    customerId: customerId(orders[0]?.customer ?? 0),
    orderIds: orders.map(({ id }) => id),
    method: 'pm_card_visa',
    reconcileAtMs: nowMs + 3_600_000,
  }));
  return (await orThrow(audits.claim(requests, nowMs))).map((claim) => {
    if (claim.isErr()) throw new Error(`a cart was refused: ${claim.error.kind}`);
    return claim.value;
  });
};

/** Settles claims as paid, which queues a task for each of their orders. */
export const settleClaims = async ({ audits }: Store, claims: readonly Claim[]): Promise<void> => {
  const world = systemWorld();
  const paid = (claim: Claim) =>
    outcomeRecordOf(claim, { kind: 'succeeded', reference: `bench_${claim.checkoutId}` }, 'bench', world);
  await orThrow(audits.recordOutcomes(claims.map(paid), world.clock.nowMs()));
};

/** Takes orders to paid, some thousand at a time. */
export const payOrders = async (
  store: Store,
  orders: readonly PlacedOrder[],
  inARow: number,
): Promise<void> => {
  const carts = cartsOf(orders, inARow);
  const together = Math.max(1, Math.floor(batchMax / inARow));
  for (let at = 0; at < carts.length; at += together)
    await settleClaims(store, await claimCarts(store, carts.slice(at, at + together)));
};

/** What a port answered; a bench without its database is at an end. */
export const orThrow = async <T>(answer: AsyncResult<T>): Promise<T> => {
  const result = await answer;
  if (result.isErr()) throw new Error(result.error.reason);
  return result.value;
};

/** One bearer token a customer. */
export const bearerTokens = (): Promise<readonly string[]> =>
  Promise.all(Array.from({ length: customers }, (_, customer) => tokenFor(emailOf(customer))));

const emailOf = (customer: number): string => `lan${customer}@example.com`;

/** As `tokenFor` makes it. */
const customerId = (customer: number): string => `customer-${emailOf(customer)}`;
