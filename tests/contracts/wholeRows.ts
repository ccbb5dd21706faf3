import { describe, expect, test } from 'bun:test';
import type { InboxItem } from '../../core/inbox.ts';
import type {
  LedgerDifference,
  MoneyCase,
  MoneyCheck,
  OwnRecord,
  Reconciliation,
} from '../../core/ledger.ts';
import type { CapturedMail, Mail } from '../../core/mail.ts';
import type { Product, ProductDraft, ProductKey, ProductQuery } from '../../core/product.ts';
import type { JobLease, Task, TaskQuery } from '../../core/queue.ts';
import { parseQuery } from '../../core/search.ts';
import { expectFull, type Full } from './full.ts';
import { freshPlace, type Open } from './open.ts';
import { known, refused, returned, value } from './shop.ts';
import { wholeOrderIn } from './wholeOrder.ts';

/** What is stored beside orders, with every field set, in all that answers it. Whole objects are compared. */
export const wholeRowsContract = (name: string, open: Open): void => {
  describe(`${name}: whole rows`, () => {
    const place = freshPlace(open);
    const { leased } = wholeOrderIn(() => place());
    const last = 'ffffffff-ffff-7fff-bfff-ffffffffffff';

    test('a product is whole by its id and in every list', async () => {
      const { shop, store, world } = place();
      const draft: Full<ProductDraft> = {
        ...{ code: 'DH-01', name: 'Đồng hồ', type: 'digital', price: { amount: 433, currency: 'USD' } },
        stock: 7,
      };
      const createdAtMs = shop.now();
      await value(store.products.upsert([{ ...draft, name: 'Cũ', stock: 1 }], createdAtMs, 'replace'));
      world.advance(1_000);
      await value(store.products.upsert([draft], shop.now(), 'replace'));
      const any: ProductQuery = { search: null, type: null, after: null, limit: 100 };
      const list = async (query: Partial<ProductQuery>) =>
        (await value(store.products.list({ ...any, ...query }))).items;
      const { id } = known((await list({}))[0]);
      const product: Full<Product> = expectFull({ id, ...draft, createdAtMs, updatedAtMs: shop.now() });
      expect(await value(store.products.find(id))).toEqual(product);
      const after: ProductKey = { tier: 9, id: last };
      const forms: Readonly<Record<keyof ProductQuery, readonly Partial<ProductQuery>[]>> = {
        search: ['dong', 'đồng', '"dong ho"', 'dh 01'].map((text) => ({ search: parseQuery(text) })),
        type: [{ type: draft.type }],
        after: [{ after }],
        limit: [{ limit: 1 }],
      };
      const filters = Object.values(forms).flat();
      for (const one of filters)
        for (const other of filters) expect(await list({ ...one, ...other })).toEqual([product]);
    });

    test('a task is whole in every list, whether an order or a job owes it', async () => {
      const { shop, store, world } = place();
      const { lease } = await leased();
      const crash = async () => {
        world.advance(30_000);
        expect(await value(store.queue.rescue({ nowMs: shop.now(), crashesMax: 9, limit: 9 }))).toBe(1);
        return known((await shop.take(lease.pipeline)).leases[0]);
      };
      await crash();
      await crash();
      const crashed = await crash();
      const runAtMs = shop.now() + 5_000;
      await shop.report(crashed, { kind: 'retry', error: 'timed out', runAtMs });
      const told = shop.told();
      await value(store.inbox.receive([told], shop.now()));
      const ofOrder: Omit<Full<Task>, 'jobId'> & { readonly jobId: null } = {
        ...{ id: lease.taskId, orderId: lease.order.id, jobId: null, pipeline: 'digital' },
        ...{ step: 'notify_customer', state: 'waiting', attempts: 2, crashes: 3, lastError: 'timed out' },
        runAtMs,
      };
      const ofJob: Task = {
        ...{
          id: told.taskId,
          orderId: null,
          jobId: told.id,
          pipeline: 'provider_event',
          step: 'act_on_event',
        },
        ...{ state: 'ready', attempts: 0, crashes: 0, lastError: null, runAtMs: shop.now() },
      };
      expect(await shop.tasks({ pipeline: 'provider_event' })).toEqual([ofJob]);
      const forms: Readonly<Record<keyof TaskQuery, Partial<TaskQuery>>> = {
        state: { state: 'waiting' },
        pipeline: { pipeline: ofOrder.pipeline },
        orderId: { orderId: ofOrder.orderId },
        after: { pipeline: ofOrder.pipeline, after: '00000000-0000-0000-0000-000000000000' },
        limit: { pipeline: ofOrder.pipeline, limit: 1 },
        nowMs: { pipeline: ofOrder.pipeline, nowMs: shop.now() },
      };
      for (const form of Object.values(forms)) expect(await shop.tasks(form)).toEqual([ofOrder]);
    });

    test('an event of the provider is whole, and so is the lease of its job', async () => {
      const { shop, store } = place();
      const subject: Full<Extract<InboxItem['event']['subject'], { kind: 'payment' }>> = {
        ...{ kind: 'payment', paymentId: shop.freshId(), reference: 'ch_1', succeeded: true },
      };
      const told = shop.told({ subject });
      await value(store.inbox.receive([told], shop.now()));
      expect(await value(store.inbox.find(told.id))).toEqual(told.event);
      const lease: Omit<Full<JobLease>, 'attempts'> & { readonly attempts: 0 } = {
        ...{ taskId: told.taskId, jobId: told.id, lease: 1, untilMs: shop.now() + 30_000 },
        ...{ pipeline: 'provider_event', step: 'act_on_event', attempts: 0 },
      };
      expect(await shop.takeJobs('provider_event')).toEqual([lease]);
    });

    test('a captured mail is whole', async () => {
      const { shop, store } = place();
      const mail: Full<Mail> = expectFull({
        ...{ messageId: '<1@cartwright.test>', orderId: shop.freshId(), to: 'an@example.com' },
        ...{ subject: 'Đơn hàng', text: 'Cảm ơn', html: '<p>Cảm ơn</p>' },
      });
      await store.mailbox.send(mail);
      const captured: Full<CapturedMail> = { ...mail, atMs: shop.now() };
      for (const to of [null, mail.to])
        expect((await value(store.mailbox.list({ to, after: null, limit: 9 }))).items).toEqual([captured]);
    });

    test('a case of money that is not well is whole', async () => {
      const { shop, store, world } = place();
      const { lease } = await leased();
      await shop.report(lease, { kind: 'failed', error: 'no such mailbox' });
      const { order } = lease;
      const failed: Omit<Full<MoneyCase>, 'refundId'> & { readonly refundId: null } = {
        ...{ id: order.id, orderId: order.id, paymentId: known(order.checkoutId), refundId: null },
        ...{ amount: order.total, sinceMs: shop.now(), detail: 'no such mailbox' },
      };
      const found = async (check: MoneyCheck) => {
        const query = { check, nowMs: shop.now(), after: null, limit: 9 };
        return (await value(store.ledger.cases(query))).items;
      };
      expect(await found('paid_without_progress')).toEqual([failed]);

      world.advance(1_000);
      const refund = await shop.refund(order.id, 5);
      await shop.settleRefund(refund.id, refused);
      const stuck: Full<MoneyCase> = {
        ...{ id: refund.id, orderId: order.id, paymentId: refund.paymentId, refundId: refund.id },
        ...{ amount: refund.amount, sinceMs: shop.now(), detail: refused.reason },
      };
      expect(await found('refunds_stuck')).toEqual([stuck]);
    });

    test('a payment and a refund are whole in the books', async () => {
      const { shop, store, world } = place();
      const { lease, claim } = await leased();
      const { order } = lease;
      const charge: Full<OwnRecord<'succeeded'>> = expectFull({
        ...{ id: claim.checkoutId, status: 'succeeded', amount: claim.amount },
        ...{ createdAtMs: order.createdAtMs + 1_000, updatedAtMs: order.updatedAtMs },
      });
      const { id, amount, createdAtMs } = await shop.refund(order.id, 5);
      world.advance(1_000);
      await shop.settleRefund(id, returned);
      const refund: Full<OwnRecord<'succeeded'>> = expectFull({
        ...{ id, status: 'succeeded', amount, createdAtMs, updatedAtMs: shop.now() },
      });
      const span = { fromMs: 0, toMs: shop.now() + 1, after: null, limit: 9 };
      const { payments, paymentsMade, refunds, refundsMade } = store.ledger;
      expect(await value(payments([charge.id]))).toEqual([charge]);
      expect(await value(refunds([id]))).toEqual([refund]);
      expect((await value(paymentsMade(span))).items).toEqual([charge]);
      expect((await value(refundsMade(span))).items).toEqual([refund]);
    });

    test('a comparison with the ledger is whole, and so is what it found', async () => {
      const { shop, store, world } = place();
      const {
        requestReconciliation: requestAudit,
        finishReconciliation: finishAudit,
        findReconciliation: findAudit,
        reconciliations: audits,
        differences,
      } = store.ledger;
      const asked = { id: shop.freshId(), taskId: shop.freshId(), dayMs: 86_400_000 };
      const createdAtMs = shop.now();
      await value(requestAudit(asked, createdAtMs));
      world.advance(1_000);
      const difference: Full<LedgerDifference & { readonly id: string }> = expectFull({
        ...{ id: shop.freshId(), kind: 'amount_differs', providerId: 'ch_9', paymentId: 'a', refundId: 'b' },
        ...{ ours: { amount: 5, currency: 'VND' }, theirs: { amount: 6, currency: 'USD' }, atMs: 77 },
      });
      const counted = { charges: 12, refunds: 3, differences: 1 };
      await value(finishAudit(asked.id, { ...counted, kept: [difference] }, shop.now()));
      const audit: Full<Reconciliation> = expectFull({
        ...{ id: asked.id, dayMs: asked.dayMs, createdAtMs, finishedAtMs: shop.now() },
        ...counted,
      });
      expect(await value(findAudit(asked.id))).toEqual(audit);
      expect((await value(audits({ after: null, limit: 9 }))).items).toEqual([audit]);
      const query = { reconciliationId: asked.id, after: null, limit: 9 };
      expect((await value(differences(query))).items).toEqual([difference]);
    });
  });
};
