import { err, ok } from 'neverthrow';
import type { CheckoutRequest, Claim } from '../core/audit.ts';
import type { OrderRequest } from '../core/order.ts';
import { outcomeRecordOf } from '../core/outcomeRecord.ts';
import type { ChargeOutcome } from '../core/provider.ts';
import type { AsyncResult } from '../core/result.ts';
import type { Store } from '../core/store.ts';
import type { Clock, World } from '../core/world.ts';
import type { Fate, PlannedBatch, PlannedCheckout } from './planHistory.ts';

type Ports = Pick<Store, 'orders' | 'audits'>;

/** How many orders there are, and what became of them; those that are neither paid nor cancelled are pending. */
export type Tally = { readonly placed: number; readonly paid: number; readonly cancelled: number };

/** A batch whose customers have left the shop; `deliver` does what is still owed to them. */
export type CheckedOutBatch = { readonly tally: Tally; readonly paid: ReadonlySet<string> };

/**
 * Takes a planned batch through the shop as its customers and the payment provider would, at the batch's own
 * times. `world` makes the ids; its clock says how late it really is, which is what a running shop goes by.
 */
export const checkOutOrders = async (
  ports: Ports,
  world: World,
  batch: PlannedBatch,
): AsyncResult<CheckedOutBatch> => {
  const carts = batch.carts.map((cart) => ({ ...cart, orders: requestsOf(cart, world, batch.placedMs) }));
  const requests = carts.flatMap(({ orders }) => orders);
  const placed = await ports.orders.place(requests, batch.placedMs);
  if (placed.isErr()) return err(placed.error);
  for (const order of placed.value)
    if (order.isErr()) throw new Error(`an order of the catalogue was refused: ${order.error.kind}`);

  const paid = await checkOut(ports, world, batch, carts);
  if (paid.isErr()) return err(paid.error);
  const cancelled = await cancel(ports, batch.cancelledMs, carts);
  return cancelled.map((count) => ({
    tally: { placed: requests.length, paid: paid.value.length, cancelled: count },
    paid: new Set(paid.value),
  }));
};

type Cart = PlannedCheckout & { readonly orders: readonly OrderRequest[] };

const requestsOf = ({ customer, lines }: PlannedCheckout, { ids }: World, atMs: number): OrderRequest[] =>
  lines.map(({ product, quantity }) => ({
    id: ids.next(atMs),
    customerId: customer.id,
    contact: customer.contact,
    productId: product.id,
    quantity,
  }));

/** Nobody else may take up these payments while the seeder holds them, though they are long due by its time. */
const holdMs = 3_600_000;

/** Claims and settles the carts that reach the till. Answers the ids of the orders that are paid. */
const checkOut = async (
  { audits }: Ports,
  world: World,
  { claimedMs, settledMs }: PlannedBatch,
  carts: readonly Cart[],
): AsyncResult<readonly string[]> => {
  const atTill = carts.flatMap((cart) => {
    const method = methods[cart.fate];
    return method === null ? [] : [{ cart, method }];
  });
  const requests = atTill.map(
    ({ cart, method }): CheckoutRequest => ({
      checkoutId: world.ids.next(claimedMs),
      key: world.ids.next(claimedMs),
      customerId: cart.customer.id,
      orderIds: cart.orders.map(({ id }) => id),
      method,
      reconcileAtMs: world.clock.nowMs() + holdMs,
    }),
  );
  const claimed = await audits.claim(requests, claimedMs);
  if (claimed.isErr()) return err(claimed.error);
  // A refused claim leaves its orders pending: a running shop may have sold the last one meanwhile.
  const claims = claimed.value.flatMap((claim) => (claim.isOk() ? [claim.value] : []));
  const then = { ...world, clock: standingAt(settledMs) };
  const settlements = claims.map((claim) => outcomeRecordOf(claim, outcomeOf(claim), 'seed', then));
  const settled = await audits.recordOutcomes(settlements, settledMs);
  return settled.map(() => settlements.flatMap(({ tasks }) => tasks.map(({ orderId }) => orderId)));
};

/** The simulated provider's names for what happens at the till; null for carts that never get there. */
const methods: Readonly<Record<Fate, string | null>> = {
  paid: 'pm_card_visa',
  declined: 'pm_card_chargeDeclined',
  cancelled: null,
  left: null,
};

const outcomeOf = ({ checkoutId, method }: Claim): ChargeOutcome =>
  method === methods.declined
    ? { kind: 'declined', declineCode: 'insufficient_funds' }
    : { kind: 'succeeded', reference: `seed_${checkoutId}` };

const standingAt = (ms: number): Clock => ({ nowMs: () => ms });

/** Answers how many orders were cancelled. */
const cancel = async ({ orders }: Ports, atMs: number, carts: readonly Cart[]): AsyncResult<number> => {
  const unwanted = carts.filter(({ fate }) => fate === 'cancelled').flatMap((cart) => cart.orders);
  const answers = await Promise.all(
    unwanted.map(({ id, customerId }) => orders.cancel(id, customerId, atMs)),
  );
  const unavailable = answers.flatMap((answer) =>
    answer.isErr() && answer.error.kind === 'unavailable' ? [answer.error] : [],
  );
  const [first] = unavailable;
  return first === undefined ? ok(answers.filter((answer) => answer.isOk()).length) : err(first);
};
