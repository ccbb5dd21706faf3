import { refundPipeline } from '../../../core/pipelines/refund.ts';
import type { JobLease } from '../../../core/queue.ts';
import type { FinishedRefund } from '../../../core/refund.ts';
import { defined, refundFailed, refundSucceeded } from '../../contracts/fixture.ts';
import { type Actor, count, done, ground, say, type Verb } from '../ground.ts';
import { erase } from './customerVerbs.ts';
import { adopt, correct, dispute, pay, refund, type Rows as TaskRows } from './tasks.ts';

export type Rows = TaskRows & {
  /** A requested refund. */
  readonly refundId: string;
  /** An adopted refund that waits for its order. Empty if there is none. */
  readonly unassignedId: string;
  readonly job: JobLease | null;
};

export const finishTasks = async ({ shop }: Actor): Promise<void> => {
  for (const pipeline of ['physical', 'digital'])
    for (const lease of (await shop.claimTasks(pipeline)).leases)
      await shop.report(lease, { kind: 'done', detail: null });
};

export const finish = (outcome: FinishedRefund['outcome']): Verb<Rows> => ({
  port: 'refunds.finish',
  run: async ({ shop, store }, { refundId }) =>
    say(store.refunds.finish({ refundId, outcome }, shop.now()), String),
});

export const claimJobs: Verb<Rows> = {
  port: 'queue.claimJobs',
  skips: true,
  run: async ({ shop, store }) => {
    const query = { pipeline: refundPipeline, limit: 10, nowMs: shop.now(), leaseMs: 30_000 };
    return say(store.queue.claimJobs(query), count);
  },
};

const reportJob: Verb<Rows> = {
  port: 'queue.reportJobs',
  run: async ({ shop, store }, { job }) => {
    const { taskId, lease } = defined(job);
    return say(store.queue.reportJobs([{ taskId, lease, outcome: { kind: 'done' } }], shop.now()), count);
  },
};

const rescueJob: Verb<Rows> = {
  port: 'queue.rescue',
  skips: true,
  run: async ({ shop, store }) =>
    say(store.queue.rescue({ nowMs: shop.now() + 40_000, crashesMax: 3, limit: 10 }), count),
};

/** The provider has given back a part, which fits into each order. */
export const adoptPart: Verb<Rows> = {
  port: 'refunds.adopt',
  run: async ({ shop, store }, { paymentId }) => {
    const amount = { amount: 1_000, currency: 'VND' };
    const reported = { reference: 're_8', refundId: null, origin: 'provider', atMs: shop.now() } as const;
    const charge = { paymentId, refunds: [{ ...reported, amount }], createId: shop.newId };
    return say(store.refunds.adopt(charge, shop.now()), count);
  },
};

export const assign: Verb<Rows> = {
  port: 'refunds.assign',
  run: async ({ shop, store }, { unassignedId, orders: [order] }) => {
    const assignment = { refundId: unassignedId, orderId: defined(order).id, createId: shop.newId };
    return say(store.refunds.assign(assignment, shop.now()), ({ status }) => status);
  },
};

const failAdopted: Verb<Rows> = {
  port: 'refunds.failAdopted',
  run: async ({ shop, store }) => say(store.refunds.failAdopted('re_7', 'bounced', shop.now()), count),
};

const runNow: Verb<Rows> = {
  port: 'refunds.runNow',
  run: async ({ shop, store }, { refundId }) => say(store.refunds.runNow(refundId, shop.now()), done),
};

const refundUnknown: Verb<Rows> = {
  port: 'refunds.refundUnknownCharge',
  run: async ({ shop, store }) => {
    const amount = { amount: 500, currency: 'VND' };
    const charge = { reference: 'ch_stray', amount, reason: 'nobody', refundId: shop.newId() };
    return say(
      store.refunds.refundUnknownCharge({ ...charge, taskId: shop.newId() }, shop.now()),
      ({ status }) => status,
    );
  },
};

const restock: Verb<Rows> = {
  port: 'products.change',
  run: async ({ shop, store }, { product }) =>
    say(store.products.change(product.id, { stock: { add: 1 } }, shop.now()), done),
};

export const completedGround = ground<Rows>({
  name: 'a completed checkout',
  build: async (actor) => {
    const rows = await pay(actor);
    await finishTasks(actor);
    // Of the second order, so that refunds of the first one and its end meet only in the payment and the numbers.
    const command = actor.shop.refundCommand(defined(rows.orders[1]).id, { restock: true });
    const requested = await actor.store.refunds.request(command, actor.shop.now());
    const reported = {
      reference: 're_7',
      refundId: null,
      origin: 'provider',
      atMs: actor.shop.now(),
    } as const;
    const refunds = [{ ...reported, amount: { amount: 2_000, currency: 'VND' } }];
    const charge = { paymentId: rows.paymentId, refunds, createId: actor.shop.newId };
    await actor.store.refunds.adopt(charge, actor.shop.now());
    const query = { orderId: null, status: null, after: null, limit: 10 } as const;
    const adopted = (await actor.store.refunds.list(query))
      ._unsafeUnwrap()
      .items.find((r) => r.origin === 'provider');
    return {
      ...rows,
      refundId: requested._unsafeUnwrap().refund.id,
      unassignedId: defined(adopted).id,
      job: null,
    };
  },
  verbs: {
    'refund 60 % of a': refund(0, 0.6),
    'refund 60 % of a again': refund(1, 0.6),
    'refund a': refund(0, null),
    'the refund of b succeeded': finish(refundSucceeded),
    'the refund of b failed': finish(refundFailed),
    'adopt a refund of all': adopt,
    'adopt a part': adoptPart,
    'assign the adopted part': assign,
    'the adopted part failed': failAdopted,
    'record a dispute': dispute,
    'send the mails again': correct,
    'claim the refunds': claimJobs,
    'refund a stray charge': refundUnknown,
    'erase the customer': erase,
    'add to the stock': restock,
  },
});

/** All of one order goes back before its goods have left: its task is paused, and its refund's job is leased. */
export const refundingGround = ground<Rows>({
  name: 'a refund under way',
  build: async (actor) => {
    const rows = await pay(actor);
    const requested = await actor.shop.requestRefund(defined(rows.orders[0]).id);
    const [job] = await actor.shop.claimJobs('refund');
    return { ...rows, refundId: requested.id, unassignedId: '', job: defined(job) };
  },
  verbs: {
    'the refund succeeded': finish(refundSucceeded),
    'the refund failed': finish(refundFailed),
    'report the job': reportJob,
    'rescue the job': rescueJob,
    'claim the refunds': claimJobs,
    'run the refund now': runNow,
    'adopt a part': adoptPart,
    'adopt a refund of all': adopt,
    'record a dispute': dispute,
    'correct the address': correct,
    'refund a again': refund(1, 0.6),
    'erase the customer': erase,
    'add to the stock': restock,
  },
});
