import { err, ok } from 'neverthrow';
import type { CheckoutRequest, Claim } from '../core/audit.ts';
import { buildOutcomeRecord } from '../core/buildOutcomeRecord.ts';
import type { OrderRequest } from '../core/order.ts';
import type { ChargeOutcome } from '../core/provider.ts';
import type { AsyncResult } from '../core/result.ts';
import type { Store } from '../core/store.ts';
import type { Clock, World } from '../core/world.ts';
import type { PlannedBatch, PlannedCheckout, PlannedOutcome } from './planHistory.ts';

type Ports = Pick<Store, 'orders' | 'audits'>;

/** Counts of orders. An order that is neither paid nor cancelled is pending. */
export type OrderCounts = { readonly placed: number; readonly paid: number; readonly cancelled: number };

/** A batch after its checkouts. Its paid orders still have to go through their pipelines. */
export type CheckedOutBatch = { readonly counts: OrderCounts; readonly paidOrderIds: ReadonlySet<string> };

/**
 * Places, pays and cancels the orders of a planned batch, at the batch's own times. `world` makes the ids. Its clock
 * is the real time, by which a running shop decides when a payment is due for recovery.
 */
export const checkOutOrders = async (
  ports: Ports,
  world: World,
  batch: PlannedBatch,
): AsyncResult<CheckedOutBatch> => {
  const checkouts = batch.checkouts.map((checkout) => ({
    ...checkout,
    orders: orderRequestsOf(checkout, world, batch.placedMs),
  }));
  const requests = checkouts.flatMap(({ orders }) => orders);
  const placed = await ports.orders.place(requests, batch.placedMs);
  if (placed.isErr()) return err(placed.error);
  for (const order of placed.value)
    if (order.isErr()) throw new Error(`an order of a demo product was refused: ${order.error.kind}`);

  const paid = await checkOut(ports, world, batch, checkouts);
  if (paid.isErr()) return err(paid.error);
  const cancelled = await cancelOrders(ports, batch.cancelledMs, checkouts);
  return cancelled.map((count) => ({
    counts: { placed: requests.length, paid: paid.value.length, cancelled: count },
    paidOrderIds: new Set(paid.value),
  }));
};

type CheckoutWithOrders = PlannedCheckout & { readonly orders: readonly OrderRequest[] };

/** A day, as is usual. */
const ttlMs = 86_400_000;

const orderRequestsOf = (
  { customer, lines }: PlannedCheckout,
  { ids }: World,
  atMs: number,
): OrderRequest[] =>
  lines.map(({ product, quantity }) => ({
    id: ids.next(atMs),
    customerId: customer.id,
    contact: customer.contact,
    productId: product.id,
    quantity,
    ttlMs,
  }));

/** No worker recovers these payments for this long, although by the times of the history they are overdue. */
const recoverAfterMs = 3_600_000;

/** Claims the checkouts that are paid or declined, and records their outcomes. Returns the ids of the paid orders. */
const checkOut = async (
  { audits }: Ports,
  world: World,
  { claimedMs, outcomeMs }: PlannedBatch,
  checkouts: readonly CheckoutWithOrders[],
): AsyncResult<readonly string[]> => {
  const requests = checkouts.flatMap(({ outcome, customer, orders }): CheckoutRequest[] => {
    const method = paymentMethods[outcome];
    if (method === null) return [];
    return [
      {
        checkoutId: world.ids.next(claimedMs),
        key: world.ids.next(claimedMs),
        customerId: customer.id,
        orderIds: orders.map(({ id }) => id),
        method,
        recoverAtMs: world.clock.nowMs() + recoverAfterMs,
      },
    ];
  });
  const claimed = await audits.claim(requests, claimedMs);
  if (claimed.isErr()) return err(claimed.error);
  // A refused claim leaves its orders pending: a running shop may have sold the last item in the meantime.
  const claims = claimed.value.flatMap((claim) => (claim.isOk() ? [claim.value] : []));
  const outcomeWorld = { ...world, clock: createFixedClock(outcomeMs) };
  const records = claims.map((claim) =>
    buildOutcomeRecord(claim, chargeOutcomeOf(claim), 'seed', outcomeWorld),
  );
  const recorded = await audits.recordOutcomes(records, outcomeMs);
  return recorded.map(() => records.flatMap(({ tasks }) => tasks.flatMap(({ orderIds }) => orderIds)));
};

/** The simulated provider's payment method for each outcome; null if there is no charge. */
const paymentMethods: Readonly<Record<PlannedOutcome, string | null>> = {
  paid: 'pm_card_visa',
  declined: 'pm_card_chargeDeclined',
  cancelled: null,
  abandoned: null,
};

const chargeOutcomeOf = ({ checkoutId, method }: Claim): ChargeOutcome =>
  method === paymentMethods.declined
    ? { kind: 'declined', declineCode: 'insufficient_funds' }
    : { kind: 'succeeded', reference: `seed_${checkoutId}` };

const createFixedClock = (ms: number): Clock => ({ nowMs: () => ms });

/** Returns how many orders were cancelled. */
const cancelOrders = async (
  { orders }: Ports,
  atMs: number,
  checkouts: readonly CheckoutWithOrders[],
): AsyncResult<number> => {
  const toCancel = checkouts.filter(({ outcome }) => outcome === 'cancelled').flatMap((one) => one.orders);
  const results = await Promise.all(
    toCancel.map(({ id, customerId }) => orders.cancel(id, customerId, atMs)),
  );
  const unavailable = results.flatMap((result) =>
    result.isErr() && result.error.kind === 'unavailable' ? [result.error] : [],
  );
  const [first] = unavailable;
  return first === undefined ? ok(results.filter((result) => result.isOk()).length) : err(first);
};
