import type { Result } from 'neverthrow';
import type { CheckoutRequest, Claim } from '../../../core/audit.ts';
import type { Order } from '../../../core/order.ts';
import type { Product } from '../../../core/product.ts';
import type { ChargeOutcome } from '../../../core/provider.ts';
import { defined, providerUnavailable, ttlMs, unwrap } from '../../contracts/fixture.ts';
import { type Actor, count, done, say, type Verb } from '../ground.ts';

export type Rows = {
  readonly product: Product;
  readonly orders: readonly Order[];
  /** Of another customer. With it, more is wanted than is there. */
  readonly other: Order;
  readonly request: CheckoutRequest;
  readonly keys: readonly string[];
  readonly claim: Claim | null;
};

/** Two orders of a customer and one of another, for three units: two of them can be had. */
export const place = async ({ shop }: Actor): Promise<Rows> => {
  const product = await shop.createProduct({ stock: 3, type: 'physical' });
  const orders = await shop.placeOrders([product, product]);
  const other = await shop.placeOrder(product, { quantity: 2 });
  const keys = [shop.newId(), shop.newId(), shop.newId()];
  return { product, orders, other, request: shop.checkoutRequest(orders), keys, claim: null };
};

export const claimed = async (actor: Actor, outcome: ChargeOutcome | null = null): Promise<Rows> => {
  const rows = await place(actor);
  const claim = await actor.shop.claimCheckout(rows.request);
  if (outcome !== null) await actor.shop.recordOutcome(claim, outcome);
  return { ...rows, claim };
};

/** The word of one verdict of a batch. */
const verdictOf = <T, F extends { readonly kind: string }>(
  verdict: Result<T, F> | undefined,
  describe: (value: T) => string,
): string => {
  if (verdict === undefined) return 'no verdict';
  if (verdict.isOk()) return describe(verdict.value);
  const { kind } = verdict.error;
  return kind === 'rows_held' ? 'nothing' : kind;
};

/** A new checkout of the orders, under one of the keys. */
export const claim = (key: number, pick: (rows: Rows) => readonly Order[]): Verb<Rows> => ({
  port: 'audits.claim',
  skips: true,
  run: async ({ shop, store }, rows) => {
    const request = shop.checkoutRequest(pick(rows), { key: defined(rows.keys[key]) });
    return say(store.audits.claim([request], shop.now()), ([verdict]) => verdictOf(verdict, () => 'claimed'));
  },
});

/** A new checkout that waits for rows that somebody else holds. */
export const claimAlone = (key: number, pick: (rows: Rows) => readonly Order[]): Verb<Rows> => ({
  port: 'audits.claimAlone',
  run: async ({ shop, store }, rows) => {
    const request = shop.checkoutRequest(pick(rows), { key: defined(rows.keys[key]) });
    return say(store.audits.claimAlone(request, shop.now()), (verdict) =>
      verdictOf(verdict, () => 'claimed'),
    );
  },
});

/** The checkout of the ground again, under its own key. */
export const claimAgain = (isAlone: boolean): Verb<Rows> => ({
  port: isAlone ? 'audits.claimAlone' : 'audits.claim',
  ...(!isAlone && { skips: true }),
  run: async ({ shop, store }, { request }) => {
    const again = { ...request, checkoutId: shop.newId() };
    if (isAlone)
      return say(store.audits.claimAlone(again, shop.now()), (verdict) =>
        verdictOf(verdict, ({ attempt }) => `claimed ${attempt}`),
      );
    return say(store.audits.claim([again], shop.now()), ([verdict]) =>
      verdictOf(verdict, ({ attempt }) => `claimed ${attempt}`),
    );
  },
});

/** A claim, and then its release, as if the provider could not be reached. */
export const claimAndRelease = (requestOf: (actor: Actor, rows: Rows) => CheckoutRequest): Verb<Rows> => ({
  port: 'audits.claimAlone',
  isSeveral: true,
  run: async (actor, rows) => {
    const { shop, store } = actor;
    const verdict = await unwrap(store.audits.claimAlone(requestOf(actor, rows), shop.now()));
    if (verdict.isErr()) return verdict.error.kind;
    const released = [shop.outcomeRecord(verdict.value, providerUnavailable)];
    return say(store.audits.recordOutcomes(released, shop.now()), ([result]) => String(result?.applied));
  },
});

export const record = (outcome: ChargeOutcome): Verb<Rows> => ({
  port: 'audits.recordOutcomes',
  run: async ({ shop, store }, { claim: known }) =>
    say(store.audits.recordOutcomes([shop.outcomeRecord(defined(known), outcome)], shop.now()), ([result]) =>
      result?.applied === true ? `applied ${result.paymentStatus}` : 'late',
    ),
});

export const recover = (isOne: boolean): Verb<Rows> => ({
  port: 'audits.claimOpenPayments',
  ...(!isOne && { skips: true }),
  run: async ({ shop, store }, { request }) =>
    say(
      store.audits.claimOpenPayments({
        nowMs: shop.now() + 20_000,
        nextRecoveryAtMs: () => shop.now() + 60_000,
        limit: 10,
        onlyPaymentId: isOne ? request.checkoutId : null,
      }),
      count,
    ),
});

export const cancelFirst: Verb<Rows> = {
  port: 'orders.cancel',
  run: async ({ shop, store }, { orders: [order] }) => {
    const cancelled = await store.orders.cancel(defined(order).id, defined(order).customerId, shop.now());
    // The answer names the status that is in the way.
    if (cancelled.isErr() && cancelled.error.kind === 'order_not_pending')
      return `${cancelled.error.kind} ${cancelled.error.status}`;
    return say(Promise.resolve(cancelled), done);
  },
};

/** With the quantity that it has, the order is locked for a while and does not change. */
export const changeQuantity = (index: number, quantity = 2): Verb<Rows> => ({
  port: 'orders.changeQuantity',
  run: async ({ shop, store }, { orders }) => {
    const { id, customerId } = defined(orders[index]);
    return say(store.orders.changeQuantity({ orderId: id, customerId, quantity }, shop.now()), done);
  },
});

/** With a time at which all orders have expired. */
export const cancelExpired: Verb<Rows> = {
  port: 'orders.cancelExpired',
  skips: true,
  run: async ({ shop, store }) => {
    const atMs = shop.now() + ttlMs;
    const query = { sweep: 1, untilMs: atMs, nowMs: atMs, limit: 100 } as const;
    return say(store.orders.cancelExpired(query), ({ cancelled }) => count(cancelled));
  },
};

export const addStock: Verb<Rows> = {
  port: 'products.change',
  run: async ({ shop, store }, { product }) =>
    say(store.products.change(product.id, { stock: { add: 1 } }, shop.now()), ({ stock }) => String(stock)),
};

export const removeStock: Verb<Rows> = {
  port: 'products.change',
  run: async ({ shop, store }, { product }) =>
    say(store.products.change(product.id, { stock: { add: -2 } }, shop.now()), ({ stock }) => String(stock)),
};

export const importProduct: Verb<Rows> = {
  port: 'products.upsert',
  run: async ({ shop, store }, { product: { code, type, price } }) => {
    const draft = { code, name: 'Imported', type, price, stock: 5 };
    return say(store.products.upsert([draft], shop.now(), 'replace'), ({ updated }) => String(updated));
  },
};

export const archive: Verb<Rows> = {
  port: 'products.change',
  run: async ({ shop, store }, { product }) =>
    say(store.products.change(product.id, { archived: true }, shop.now()), done),
};

export const placeOnce: Verb<Rows> = {
  port: 'orders.placeOnce',
  run: async ({ shop, store }, { product, orders: [order], keys }) => {
    const key = defined(keys[2]);
    const customerId = defined(order).customerId;
    const commandKey = { callerId: customerId, route: 'POST /orders', key, fingerprint: 'one' };
    const contact = { email: 'a@example.com', language: 'vi' } as const;
    const request = { id: shop.newId(), productId: product.id, quantity: 1, customerId, ttlMs, contact };
    return say(store.orders.placeOnce([{ ...request, commandKey }], shop.now()), ([placed]) =>
      verdictOf(placed, ({ replayed }) => (replayed ? 'replayed' : 'placed')),
    );
  },
};

export const placeNew: Verb<Rows> = {
  port: 'orders.place',
  run: async ({ shop, store }, { product, orders: [order] }) => {
    const customerId = defined(order).customerId;
    const contact = { email: 'a@example.com', language: 'vi' } as const;
    const request = { id: shop.newId(), productId: product.id, quantity: 1, customerId, ttlMs, contact };
    return say(store.orders.place([request], shop.now()), ([placed]) => verdictOf(placed, () => 'placed'));
  },
};

export const correct: Verb<Rows> = {
  port: 'contacts.correct',
  run: async ({ shop, store }, { orders: [order] }) => {
    const correction = { orderId: defined(order).id, email: 'new@example.com', resend: false };
    return say(
      store.contacts.correct({ ...correction, createId: shop.newId }, shop.now()),
      ({ orderIds }) => `${orderIds.length} orders`,
    );
  },
};

export const findByKey: Verb<Rows> = {
  port: 'audits.findByKey',
  run: async ({ store }, { request }) =>
    say(store.audits.findByKey(request), (found) => (found === null ? 'none' : found.payment.status)),
};

export const refundLate: Verb<Rows> = {
  port: 'refunds.refundLateCharge',
  run: async ({ shop, store }, { claim: known }) => {
    const own = defined(known);
    const { payment, orders } = defined(shop.outcomeRecord(own, { kind: 'cancelled' }).response);
    const { checkoutId, number } = own;
    const response = {
      requestId: checkoutId,
      checkoutId,
      number,
      payment,
      orders,
      status: 'cancelled',
    } as const;
    const ids = { refundId: shop.newId(), taskId: shop.newId(), paymentId: checkoutId };
    return say(
      store.refunds.refundLateCharge({ ...ids, reference: 'ch_late', response }, shop.now()),
      String,
    );
  },
};

/** The provider has given back a part of a charge. */
export const adoptPart: Verb<Rows> = {
  port: 'refunds.adopt',
  run: async ({ shop, store }, { request }) => {
    const amount = { amount: 1_000, currency: 'VND' };
    const reported = { reference: 're_8', refundId: null, origin: 'provider', atMs: shop.now() } as const;
    const refunds = [{ ...reported, amount }];
    const charge = { paymentId: request.checkoutId, refunds, createId: shop.newId };
    return say(store.refunds.adopt(charge, shop.now()), count);
  },
};

export const ab = ({ orders }: Rows) => orders;
export const ba = ({ orders }: Rows) => orders.toReversed();
export const b = ({ orders }: Rows) => orders.slice(1);
export const others = ({ other }: Rows) => [other];

/** Drops what is stored under each key, as if it were old. */
export const dropResponses: Verb<Rows> = {
  port: 'dropOld',
  skips: true,
  run: async ({ shop, store }) =>
    say(store.dropOld({ kind: 'responses', beforeMs: shop.now() + 86_400_000, limit: 100 }), ({ rows }) =>
      count(rows),
    ),
};
