import type { FinishedRefund } from '../../../core/refund.ts';
import { defined, refundFailed, refundSucceeded } from '../../contracts/fixture.ts';
import { count, ground, say, type Verb } from '../ground.ts';
import { erase } from './customerVerbs.ts';
import { adoptPart, assign, claimJobs, finish, finishTasks, type Rows } from './refunds.ts';
import { correct, dispute, pay, refund } from './tasks.ts';

const failReference = (reference: string): Verb<Rows> => ({
  port: 'refunds.failAdopted',
  run: async ({ shop, store }) => say(store.refunds.failAdopted(reference, 'bounced', shop.now()), count),
});

/** The bank has taken the whole charge. A part of one order had gone back before, so another order has too much. */
export const sharedGround = ground<Rows>({
  name: 'a lost dispute that is shared out',
  build: async (actor) => {
    const rows = await pay(actor);
    await finishTasks(actor);
    const { shop, store } = actor;
    const { id: refundId } = await shop.requestRefund(defined(rows.orders[0]).id, 500);
    await shop.finishRefund(refundId, refundSucceeded);
    const amount = rows.orders.reduce((sum, { total }) => sum + total.amount, 0);
    const lost = { reference: 'dp_9', refundId: null, origin: 'dispute', atMs: shop.now() } as const;
    const refunds = [{ ...lost, amount: { amount, currency: 'VND' } }];
    await store.refunds.adopt({ paymentId: rows.paymentId, refunds, createId: shop.newId }, shop.now());
    return { ...rows, refundId, unassignedId: '', job: null };
  },
  verbs: {
    'the refund of a failed': finish(refundFailed),
    'the dispute was won': failReference('dp_9'),
    'the part failed': failReference('re_8'),
    'adopt a part': adoptPart,
    'refund a': refund(0, null),
    'record a dispute': dispute,
    'send the mails again': correct,
    'erase the customer': erase,
  },
  // The provider gives back no more than the charge, once it is known what failed there.
  check: ({ orders, refunds }, _, verbs, { refundId }) =>
    verbs.includes('adopt a part') || refunds.find(({ id }) => id === refundId)?.status !== 'failed'
      ? []
      : orders.flatMap(({ id, amount }) => {
          const counted = refunds.filter(({ order_id, status }) => order_id === id && status === 'succeeded');
          const sum = counted.reduce((all, refund) => all + refund.amount, 0);
          return sum > amount ? [`shared_too_much ${id}`] : [];
        }),
});

/** Adopts half of the charge as a refund of no order. Returns its id. */
const adoptHalf = async (
  { shop, store }: Parameters<typeof pay>[0],
  { orders, paymentId }: Awaited<ReturnType<typeof pay>>,
): Promise<string> => {
  const amount = orders.reduce((sum, { total }) => sum + total.amount, 0);
  const part = { reference: 're_7', refundId: null, origin: 'provider', atMs: shop.now() } as const;
  const refunds = [{ ...part, amount: { amount: Math.round(amount / 2), currency: 'VND' } }];
  await store.refunds.adopt({ paymentId, refunds, createId: shop.newId }, shop.now());
  const query = { orderId: null, status: null, after: null, limit: 10 } as const;
  const [adopted] = (await store.refunds.list(query))._unsafeUnwrap().items;
  return defined(adopted).id;
};

/** The provider has given back half of the charge, and nobody knows of which order: what is left is less than the orders cost. */
export const unassignedGround = ground<Rows>({
  name: 'a charge with a part of no order',
  build: async (actor) => {
    const rows = await pay(actor);
    await finishTasks(actor);
    return { ...rows, refundId: '', unassignedId: await adoptHalf(actor, rows), job: null };
  },
  verbs: {
    'refund a': refund(0, null),
    'refund c': refund(1, null, 2),
    'assign the part to a': assign,
    'the part failed': failReference('re_7'),
    'adopt a part': adoptPart,
    'record a dispute': dispute,
  },
});

type TwoRefunds = Rows & { readonly otherRefundId: string };

const finishOther = (outcome: FinishedRefund['outcome']): Verb<TwoRefunds> => ({
  port: 'refunds.finish',
  run: async ({ shop, store }, { otherRefundId: refundId }) =>
    say(store.refunds.finish({ refundId, outcome }, shop.now()), String),
});

/** Refunds of two orders are requested, for all that is left of the charge. Both tasks are paused, and a part has no order yet. */
export const twoRefundsGround = ground<TwoRefunds>({
  name: 'two refunds of one charge',
  build: async (actor) => {
    const rows = await pay(actor);
    const unassignedId = await adoptHalf(actor, rows);
    const { shop } = actor;
    const { id: refundId } = await shop.requestRefund(defined(rows.orders[0]).id);
    const { id: otherRefundId } = await shop.requestRefund(defined(rows.orders[2]).id);
    return { ...rows, refundId, otherRefundId, unassignedId, job: null };
  },
  verbs: {
    'the refund of a succeeded': finish(refundSucceeded),
    'the refund of a failed': finish(refundFailed),
    'the refund of c succeeded': finishOther(refundSucceeded),
    'the refund of c failed': finishOther(refundFailed),
    'the part failed': failReference('re_7'),
    'adopt a part': adoptPart,
  },
});

/** The refund of a charge that belongs to no payment, and so to no order. */
export const strayGround = ground<Rows>({
  name: 'a stray charge that goes back',
  build: async (actor) => {
    const rows = await pay(actor);
    const { shop, store } = actor;
    const amount = { amount: 500, currency: 'VND' };
    const charge = { reference: 'ch_stray', amount, reason: 'nobody', refundId: shop.newId() };
    const requested = await store.refunds.refundUnknownCharge(
      { ...charge, taskId: shop.newId() },
      shop.now(),
    );
    return { ...rows, refundId: requested._unsafeUnwrap().id, unassignedId: '', job: null };
  },
  verbs: {
    'the refund succeeded': finish(refundSucceeded),
    'the refund failed': finish(refundFailed),
    'claim the refunds': claimJobs,
  },
});
