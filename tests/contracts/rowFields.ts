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
import { createAllFieldsOrderFixture } from './allFieldsOrder.ts';
import { type AllFieldsSet, expectAllFieldsSet } from './allFieldsSet.ts';
import { defined, refundFailed, refundSucceeded, unwrap } from './fixture.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

/** Every read of a row that is not an order returns all fields. Objects are compared with every field set. */
export const rowFieldsContract = (name: string, open: OpenStore): void => {
  describe(`${name}: fields of other rows`, () => {
    const context = useFreshStore(open);
    const { payAndLease, payAndLeaseFirstStep } = createAllFieldsOrderFixture(() => context());
    const lastId = 'ffffffff-ffff-7fff-bfff-ffffffffffff';

    test('A product has all fields when it is found by its id and in every list', async () => {
      const { fixture, store, world } = context();
      const draft: AllFieldsSet<ProductDraft> = {
        ...{ code: 'DH-01', name: 'Đồng hồ', type: 'digital', price: { amount: 433, currency: 'USD' } },
        stock: 7,
        imageUrl: 'https://example.com/dh.jpg',
      };
      const createdAtMs = fixture.now();
      await unwrap(store.products.upsert([{ ...draft, name: 'Cũ', stock: 1 }], createdAtMs, 'replace'));
      world.advance(1_000);
      await unwrap(store.products.upsert([draft], fixture.now(), 'replace'));
      const any: ProductQuery = { search: null, type: null, after: null, limit: 100 };
      const list = async (query: Partial<ProductQuery>) =>
        (await unwrap(store.products.list({ ...any, archived: true, ...query }))).items;
      const { id } = defined((await list({ archived: false }))[0]);
      const changed = await unwrap(store.products.change(id, { archived: true }, fixture.now()));
      const product: AllFieldsSet<Product> = expectAllFieldsSet({
        id,
        ...draft,
        archived: true,
        createdAtMs,
        updatedAtMs: fixture.now(),
      });
      expect(changed).toEqual(product);
      expect(await unwrap(store.products.find(id))).toEqual(product);
      const after: ProductKey = { tier: 9, id: lastId };
      const filtersByField: Readonly<Record<keyof ProductQuery, readonly Partial<ProductQuery>[]>> = {
        search: ['dong', 'đồng', '"dong ho"', 'dh 01'].map((text) => ({ search: parseQuery(text) })),
        type: [{ type: draft.type }],
        after: [{ after }],
        archived: [{ archived: true }],
        limit: [{ limit: 1 }],
      };
      const filters = Object.values(filtersByField).flat();
      for (const one of filters)
        for (const other of filters) expect(await list({ ...one, ...other })).toEqual([product]);
    });

    test('The task of an order and the task of a job have all fields in every list', async () => {
      const { fixture, store, world } = context();
      const { lease } = await payAndLease();
      const crash = async () => {
        world.advance(30_000);
        expect(await unwrap(store.queue.rescue({ nowMs: fixture.now(), crashesMax: 9, limit: 9 }))).toBe(1);
        return defined((await fixture.claimTasks(lease.pipeline)).leases[0]);
      };
      await crash();
      await crash();
      const crashed = await crash();
      const runAtMs = fixture.now() + 5_000;
      await fixture.report(crashed, { kind: 'retry', error: 'timed out', runAtMs });
      const item = fixture.inboxItem();
      await unwrap(store.inbox.receive([item], fixture.now()));
      const ofOrder: Omit<AllFieldsSet<Task>, 'jobId'> & { readonly jobId: null } = {
        ...{
          id: lease.taskId,
          checkoutId: lease.checkoutId,
          orderIds: [lease.order.id],
          jobId: null,
          pipeline: 'digital',
        },
        ...{ step: 'notify_customer', state: 'waiting', attempts: 2, crashes: 3, lastError: 'timed out' },
        runAtMs,
      };
      const ofJob: Task = {
        ...{
          id: item.taskId,
          checkoutId: null,
          orderIds: [],
          jobId: item.id,
          pipeline: 'provider_event',
          step: 'act_on_event',
        },
        ...{ state: 'ready', attempts: 0, crashes: 0, lastError: null, runAtMs: fixture.now() },
      };
      expect(await fixture.listTasks({ pipeline: 'provider_event' })).toEqual([ofJob]);
      const filtersByField: Readonly<Record<keyof TaskQuery, Partial<TaskQuery>>> = {
        state: { state: 'waiting' },
        pipeline: { pipeline: ofOrder.pipeline },
        step: { step: ofOrder.step },
        error: { error: ofOrder.lastError },
        orderId: { orderId: ofOrder.orderIds[0] },
        after: { pipeline: ofOrder.pipeline, after: '00000000-0000-0000-0000-000000000000' },
        limit: { pipeline: ofOrder.pipeline, limit: 1 },
        nowMs: { pipeline: ofOrder.pipeline, nowMs: fixture.now() },
      };
      for (const filter of Object.values(filtersByField))
        expect(await fixture.listTasks(filter)).toEqual([ofOrder]);
    });

    test('A provider event and the lease of its job have all fields', async () => {
      const { fixture, store } = context();
      const subject: AllFieldsSet<Extract<InboxItem['event']['subject'], { kind: 'payment' }>> = {
        ...{ kind: 'payment', paymentId: fixture.newId(), reference: 'ch_1', succeeded: true },
      };
      const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
      const item = { ...fixture.inboxItem({ subject }), traceparent };
      await unwrap(store.inbox.receive([item], fixture.now()));
      expect(await unwrap(store.inbox.find(item.id))).toEqual(item.event);
      const lease: Omit<AllFieldsSet<JobLease>, 'attempts' | 'probe'> & {
        readonly attempts: 0;
        readonly probe: null;
      } = {
        ...{ taskId: item.taskId, jobId: item.id, lease: 1, untilMs: fixture.now() + 30_000 },
        ...{ pipeline: 'provider_event', step: 'act_on_event', attempts: 0, probe: null },
        traceparent,
      };
      expect(await fixture.claimJobs('provider_event')).toEqual([lease]);
    });

    test('A captured mail has all fields', async () => {
      const { fixture, store } = context();
      const mail: AllFieldsSet<Omit<Mail, 'attachments'>> = expectAllFieldsSet({
        ...{
          messageId: '<1@cartwright.test>',
          checkoutId: fixture.newId(),
          orderIds: [fixture.newId()],
          to: 'an@example.com',
        },
        ...{ subject: 'Đơn hàng', text: 'Cảm ơn', html: '<p>Cảm ơn</p>' },
      });
      const pdf = { name: 'a.pdf', type: 'application/pdf' };
      await store.mailbox.send({ ...mail, attachments: [{ ...pdf, content: Uint8Array.of(1, 2) }] });
      const attachments: CapturedMail['attachments'] = [{ ...pdf, size: 2 }];
      const captured: CapturedMail = { ...mail, attachments, atMs: fixture.now() };
      for (const to of [null, mail.to])
        expect((await unwrap(store.mailbox.list({ to, after: null, limit: 9 }))).items).toEqual([captured]);
    });

    test('A case of a money check has all fields', async () => {
      const { fixture, store, world } = context();
      const { lease } = await payAndLeaseFirstStep();
      await fixture.report(lease, { kind: 'failed', error: 'no such mailbox' });
      const { order } = lease;
      type OpenCase = Omit<AllFieldsSet<MoneyCase>, 'refundId' | 'acknowledgement'>;
      const failed: OpenCase & { readonly refundId: null; readonly acknowledgement: null } = {
        ...{ id: order.id, orderId: order.id, paymentId: defined(order.checkoutId), refundId: null },
        ...{ amount: order.total, sinceMs: fixture.now(), detail: 'no such mailbox' },
        acknowledgement: null,
      };
      const casesOf = async (check: MoneyCheck) => {
        const query = { check, nowMs: fixture.now(), after: null, limit: 9 };
        return (await unwrap(store.ledger.cases(query))).items;
      };
      expect(await casesOf('paid_without_progress')).toEqual([failed]);

      world.advance(1_000);
      const refund = await fixture.requestRefund(order.id, 5);
      await fixture.finishRefund(refund.id, refundFailed);
      const stuck: AllFieldsSet<MoneyCase> = {
        ...{ id: refund.id, orderId: order.id, paymentId: defined(order.checkoutId), refundId: refund.id },
        ...{ amount: refund.amount, sinceMs: fixture.now(), detail: refundFailed.reason },
        acknowledgement: {
          ...{ note: 'paid back by hand', actor: { id: 'ops', email: 'ops@example.com' } },
          atMs: fixture.now() + 1_000,
        },
      };
      expect(await casesOf('refunds_stuck')).toEqual([{ ...stuck, acknowledgement: null }]);
      world.advance(1_000);
      const { note, actor } = stuck.acknowledgement;
      const command = { check: 'refunds_stuck', caseId: refund.id, note, actor } as const;
      expect(await unwrap(store.ledger.acknowledge(command, fixture.now()))).toEqual(stuck);
      expect(await casesOf('refunds_stuck')).toEqual([stuck]);
    });

    test('A payment and a refund have all fields in the ledger', async () => {
      const { fixture, store, world } = context();
      const { paid: order, claim } = await payAndLease();
      const charge: AllFieldsSet<OwnRecord<'succeeded'>> = expectAllFieldsSet({
        ...{ id: claim.checkoutId, status: 'succeeded', amount: claim.amount },
        ...{ createdAtMs: order.createdAtMs + 1_000, updatedAtMs: order.updatedAtMs, reference: 'ch_9' },
      });
      const { id, amount, createdAtMs } = await fixture.requestRefund(order.id, 5);
      world.advance(1_000);
      await fixture.finishRefund(id, refundSucceeded);
      const refund: AllFieldsSet<OwnRecord<'succeeded'>> = expectAllFieldsSet({
        ...{ id, status: 'succeeded', amount, createdAtMs, updatedAtMs: fixture.now(), reference: 're_1' },
      });
      const range = { fromMs: 0, toMs: fixture.now() + 1, after: null, limit: 9 };
      const {
        payments,
        listChargedPayments: paymentsMade,
        refunds,
        listSucceededRefunds: refundsMade,
      } = store.ledger;
      expect(await unwrap(payments([charge.id]))).toEqual([charge]);
      expect(await unwrap(refunds([id]))).toEqual([refund]);
      expect((await unwrap(paymentsMade(range))).items).toEqual([charge]);
      expect(await unwrap(store.ledger.refundsByReference(['re_1', 're_2']))).toEqual([refund]);
      expect((await unwrap(refundsMade(range))).items).toEqual([refund]);
    });

    test('A reconciliation and its differences have all fields', async () => {
      const { fixture, store, world } = context();
      const {
        requestReconciliation,
        finishReconciliation,
        findReconciliation,
        reconciliations,
        differences,
      } = store.ledger;
      const day = { day: '1970-01-02', dayMs: 86_400_000, endMs: 172_800_000 };
      const command = { id: fixture.newId(), taskId: fixture.newId(), ...day };
      const createdAtMs = fixture.now();
      await unwrap(requestReconciliation(command, createdAtMs));
      world.advance(1_000);
      const difference: AllFieldsSet<LedgerDifference & { readonly id: string }> = expectAllFieldsSet({
        ...{ id: fixture.newId(), kind: 'amount_differs', providerId: 'ch_9', chargeReference: 'pi_9' },
        ...{ paymentId: 'a', refundId: 'b' },
        ...{ ours: { amount: 5, currency: 'VND' }, theirs: { amount: 6, currency: 'USD' }, atMs: 77 },
      });
      const counts = { charges: 12, refunds: 3, differences: 1 };
      await unwrap(
        finishReconciliation(command.id, { ...counts, storedDifferences: [difference] }, fixture.now()),
      );
      const reconciliation: AllFieldsSet<Reconciliation> = expectAllFieldsSet({
        ...{ id: command.id, ...day, createdAtMs, finishedAtMs: fixture.now() },
        ...counts,
      });
      expect(await unwrap(findReconciliation(command.id))).toEqual(reconciliation);
      expect((await unwrap(reconciliations({ after: null, limit: 9 }))).items).toEqual([reconciliation]);
      expect(await unwrap(store.ledger.findDifference(difference.id))).toEqual(difference);
      expect(await unwrap(store.ledger.findDifference(command.id))).toBeNull();
      const query = { reconciliationId: command.id, after: null, limit: 9 };
      expect((await unwrap(differences(query))).items).toEqual([difference]);
    });
  });
};
