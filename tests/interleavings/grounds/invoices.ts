import { pipelineFor } from '../../../core/pipelines/index.ts';
import { defined, refundFailed, refundSucceeded, unwrap } from '../../contracts/fixture.ts';
import { type Actor, ground, say, type Verb } from '../ground.ts';
import { finish, type Rows } from './refunds.ts';
import { adopt, pay, refund } from './tasks.ts';

/** Says which of its mails have the invoice of their checkout. */
const claimMails = (pipeline: string): Verb<Rows> => ({
  port: 'queue.claim',
  skips: true,
  run: async ({ shop, store }) =>
    say(
      store.queue.claim({
        pipeline: pipelineFor(pipeline),
        limit: 10,
        nowMs: shop.now(),
        leaseMs: 30_000,
        retryAtMs: () => shop.now() + 1_000,
      }),
      ({ processed, leases }) =>
        processed === 0
          ? 'nothing'
          : `${processed}${leases.map(({ issuedInvoice }) => (issuedInvoice === null ? ' without' : ' with the invoice')).join('')}`,
    ),
});

/** A part of the digital order is going back, while the checkout has no invoice yet. */
export const uninvoicedGround = ground<Rows>({
  name: 'a checkout that gets its invoice',
  build: async (actor) => {
    const rows = await pay(actor);
    const { id: refundId } = await actor.shop.requestRefund(defined(rows.orders[2]).id, 500);
    return { ...rows, refundId, unassignedId: '', job: null };
  },
  verbs: {
    'claim the physical tasks': claimMails('physical'),
    'claim the digital tasks': claimMails('digital'),
    'the refund of c succeeded': finish(refundSucceeded),
    'the refund of c failed': finish(refundFailed),
    'adopt a refund of all': adopt,
    'refund a': refund(0, null),
  },
  check: ({ invoices, refunds }) =>
    invoices.length === 0
      ? []
      : refunds
          .filter(({ status, credit_note_year }) => status === 'succeeded' && credit_note_year === null)
          .map(({ id }) => `credit_note_missing ${id}`),
});

/**
 * Pays an order of each type. The group that issued the invoice is being refunded, so that it sends no mail. The others
 * have waited at their mails for the end of a pause: a claim that has other steps to do waits for the counter of invoices.
 */
const leaveInvoice = async ({ shop, store }: Actor): Promise<Rows> => {
  const types = ['physical', 'digital', 'service'];
  const drafts = types.map((type) => shop.productDraft({ type, stock: 5 }));
  const products = await shop.createProducts(drafts);
  const placed = await shop.placeOrders(products);
  const [taskId] = await shop.pay(placed);
  const orders = await Promise.all(placed.map(({ id }) => shop.findOrder(id)));
  await shop.claimTasks('physical');
  for (const pipeline of ['digital', 'service']) {
    const pause = { id: shop.newId(), pipeline, step: 'notify_customer', reason: 'a move' };
    await unwrap(store.pauses.begin(pause, shop.now()));
    await shop.claimTasks(pipeline);
    await unwrap(store.pauses.end(pause.id, shop.now()));
  }
  await unwrap(store.pauses.resume(10));
  const { id: refundId } = await shop.requestRefund(defined(orders[0]).id);
  const paymentId = defined(defined(orders[0]).checkoutId);
  const ids = { taskId: defined(taskId), keys: [shop.newId(), shop.newId()], refundId, unassignedId: '' };
  return { product: defined(products[0]), orders, paymentId, ...ids, lease: null, job: null };
};

export const leftInvoiceGround = ground<Rows>({
  name: 'an invoice without a mail',
  build: leaveInvoice,
  verbs: {
    'claim the digital tasks': claimMails('digital'),
    'claim the service tasks': claimMails('service'),
    'the refund of a succeeded': finish(refundSucceeded),
    'the refund of a failed': finish(refundFailed),
  },
  check: (_, { results }) =>
    results.filter((result) => typeof result === 'string' && result.includes('with the invoice')).length > 1
      ? ['invoice_mailed_twice']
      : [],
});
