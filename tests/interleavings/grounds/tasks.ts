import type { Order } from '../../../core/order.ts';
import { pipelineFor } from '../../../core/pipelines/index.ts';
import type { Product } from '../../../core/product.ts';
import type { Lease, StepReport } from '../../../core/queue.ts';
import { defined } from '../../contracts/fixture.ts';
import { type Actor, count, done, ground, say, type Verb } from '../ground.ts';
import { erase } from './customerVerbs.ts';

export type Rows = {
  readonly product: Product;
  /** Two of one group, and one of another group of the same checkout. */
  readonly orders: readonly Order[];
  readonly paymentId: string;
  readonly taskId: string;
  readonly lease: Lease | null;
  readonly keys: readonly string[];
};

const laterMs = 40_000;

export const pay = async ({ shop }: Actor): Promise<Rows> => {
  const product = await shop.createProduct({ stock: 5, type: 'physical' });
  const digital = await shop.createProduct({ stock: 5, type: 'digital' });
  const placed = await shop.placeOrders([product, product, digital]);
  const [taskId] = await shop.pay(placed);
  const orders = await Promise.all(placed.map(({ id }) => shop.findOrder(id)));
  const paymentId = defined(defined(orders[0]).checkoutId);
  const keys = [shop.newId(), shop.newId()];
  return { product, orders, paymentId, taskId: defined(taskId), lease: null, keys };
};

const leased = async (actor: Actor): Promise<Rows> => {
  const rows = await pay(actor);
  const { leases } = await actor.shop.claimTasks('physical');
  return { ...rows, lease: defined(leases[0]) };
};

const claimTasks = (pipeline: string, afterMs = 0): Verb<Rows> => ({
  port: 'queue.claim',
  skips: true,
  run: async ({ shop, store }) =>
    say(
      store.queue.claim({
        pipeline: pipelineFor(pipeline),
        limit: 10,
        nowMs: shop.now() + afterMs,
        leaseMs: 30_000,
        retryAtMs: () => shop.now() + 1_000,
      }),
      ({ processed }) => count(processed),
    ),
});

const report = (outcome: StepReport['outcome']): Verb<Rows> => ({
  port: 'queue.report',
  run: async ({ shop, store }, { lease }) => {
    const { taskId, lease: number } = defined(lease);
    return say(store.queue.report([{ taskId, lease: number, outcome }], shop.now()), count);
  },
});

const heartbeat: Verb<Rows> = {
  port: 'queue.heartbeat',
  run: async ({ shop, store }, { lease }) =>
    say(store.queue.heartbeat([defined(lease)], shop.now() + 90_000), count),
};

const release: Verb<Rows> = {
  port: 'queue.release',
  run: async ({ shop, store }, { lease }) => say(store.queue.release([defined(lease)], shop.now()), done),
};

const rescue: Verb<Rows> = {
  port: 'queue.rescue',
  skips: true,
  run: async ({ shop, store }) =>
    say(store.queue.rescue({ nowMs: shop.now() + laterMs, crashesMax: 3, limit: 10 }), count),
};

const retry: Verb<Rows> = {
  port: 'queue.retry',
  run: async ({ shop, store }, { taskId }) => say(store.queue.retry([taskId], shop.now()), count),
};

const skip: Verb<Rows> = {
  port: 'queue.skip',
  run: async ({ shop, store }, { taskId }) => {
    const request = { taskIds: [taskId], reason: 'gone', step: null, services: [] };
    return say(store.queue.skip(request, shop.now()), count);
  },
};

/** Of the first order, or another one: all that is left, or a part of it. */
export const refund = (key: number, part: number | null, position = 0): Verb<Rows> => ({
  port: 'refunds.request',
  run: async ({ shop, store }, { orders, keys }) => {
    const { id, total } = defined(orders[position]);
    const amount = part === null ? null : { amount: Math.round(total.amount * part), currency: null };
    const command = shop.refundCommand(id, { key: defined(keys[key]), amount });
    return say(store.refunds.request(command, shop.now()), ({ replayed }) =>
      replayed ? 'replayed' : 'requested',
    );
  },
});

/** The provider has given back what the first two orders cost. */
export const adopt: Verb<Rows> = {
  port: 'refunds.adopt',
  run: async ({ shop, store }, { paymentId, orders }) => {
    const amount = orders.reduce((sum, { total }) => sum + total.amount, 0);
    const reported = { reference: 're_9', refundId: null, origin: 'provider', atMs: shop.now() } as const;
    const refunds = [{ ...reported, amount: { amount, currency: 'VND' } }];
    return say(store.refunds.adopt({ paymentId, refunds, createId: shop.newId }, shop.now()), count);
  },
};

export const dispute: Verb<Rows> = {
  port: 'disputes.record',
  run: async ({ shop, store }, { paymentId }) => {
    const amount = { amount: 100, currency: 'VND' };
    const own = { reference: 'dp_1', amount, reason: 'fraudulent', status: 'open', atMs: 2_000 } as const;
    const charge = { paymentId, disputes: [{ ...own, isConfirmed: true }], createId: shop.newId };
    return say(store.disputes.record(charge, shop.now()), count);
  },
};

export const correct: Verb<Rows> = {
  port: 'contacts.correct',
  run: async ({ shop, store }, { orders: [order] }) => {
    const correction = { orderId: defined(order).id, email: 'new@example.com', resend: true };
    return say(
      store.contacts.correct({ ...correction, createId: shop.newId }, shop.now()),
      ({ orderIds, retried, resent }) => `${orderIds.length} orders, ${retried} retried, ${resent} resent`,
    );
  },
};

const pausePipeline: Verb<Rows> = {
  port: 'pauses.begin',
  run: async ({ shop, store }) => {
    const pause = { id: shop.newId(), pipeline: 'physical', step: null, reason: 'a move' };
    return say(store.pauses.begin(pause, shop.now()), done);
  },
};

const onTasks = {
  'refund a': refund(0, null),
  'refund a part of a': refund(1, 0.6),
  'adopt a refund of all': adopt,
  'record a dispute': dispute,
  'correct the address': correct,
  'skip the step': skip,
  'erase the customer': erase,
} as const;

export const paidGround = ground<Rows>({
  name: 'a paid checkout',
  build: pay,
  verbs: {
    ...onTasks,
    'claim the physical tasks': claimTasks('physical'),
    'claim the digital tasks': claimTasks('digital'),
    'pause the pipeline': pausePipeline,
  },
});

export const runningGround = ground<Rows>({
  name: 'a leased task',
  build: leased,
  verbs: {
    ...onTasks,
    'report that it is done': report({ kind: 'done', detail: null }),
    'report that it failed': report({ kind: 'failed', error: 'refused' }),
    'report an outage': report({ kind: 'unavailable', error: 'down', retryAfterMs: null }),
    'extend the lease': heartbeat,
    'release the lease': release,
    'rescue what has expired': rescue,
    'claim the digital tasks': claimTasks('digital'),
  },
  check: (_, { results }, verbs) =>
    verbs.filter((name, index) => name.startsWith('report ') && results[index] === '1').length > 1
      ? ['two_reports_counted']
      : [],
});

/** The lease has ended and a rescue has made the task ready, but its worker still works. */
export const rescuedGround = ground<Rows>({
  name: 'a rescued task',
  build: async (actor) => {
    const rows = await leased(actor);
    await actor.store.queue.rescue({ nowMs: actor.shop.now() + laterMs, crashesMax: 3, limit: 10 });
    return rows;
  },
  verbs: {
    'report under the old lease': report({ kind: 'done', detail: null }),
    'extend the old lease': heartbeat,
    'release the old lease': release,
    'claim the physical tasks': claimTasks('physical', laterMs),
    'refund a': refund(0, null),
    'skip the step': skip,
    'retry the task': retry,
  },
  check: (_, { results }, verbs) =>
    verbs.flatMap((name, index) =>
      ['report under the old lease', 'extend the old lease'].includes(name) && results[index] === '1'
        ? ['an_old_lease_counted']
        : [],
    ),
});

export const failedGround = ground<Rows>({
  name: 'a failed task',
  build: async (actor) => {
    const rows = await leased(actor);
    await actor.shop.report(defined(rows.lease), { kind: 'failed', error: 'refused' });
    return rows;
  },
  verbs: {
    ...onTasks,
    'retry the task': retry,
    'claim the physical tasks': claimTasks('physical'),
  },
});
