import { describe, expect, test } from 'bun:test';
import { refundPipeline } from '../../core/pipelines/refund.ts';
import type { Product } from '../../core/product.ts';
import { defined, refundFailed, refundSucceeded, unwrap } from './fixture.ts';
import { withRemoteStep } from './remoteStep.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

/** What the provider's final word on a refund changes in the refund and its order. */
export const refundOutcomesContract = (name: string, open: OpenStore): void => {
  describe(`${name}: refund outcomes`, () => {
    const context = useFreshStore(open);

    const placePaid = async (changes: Partial<Product> = {}) =>
      context().fixture.placePaidOrder(
        await context().fixture.createProduct({ price: { amount: 1_000, currency: 'VND' }, ...changes }),
      );

    const placeCompleted = async (changes: Partial<Product> = {}) => {
      const { fixture } = context();
      const order = await placePaid(changes);
      const [lease] = (await fixture.claimTasks(order.product.type)).leases;
      await fixture.report(defined(lease), { kind: 'done', detail: null });
      return fixture.findOrder(order.id);
    };

    const stockOf = async (id: string) => defined(await unwrap(context().store.products.find(id))).stock;

    test('A full refund that succeeds ends the order as refunded and deletes its task', async () => {
      const { fixture, store, world } = context();
      const order = await placePaid();
      const { id } = await fixture.requestRefund(order.id);
      world.advance(60);
      expect(await fixture.finishRefund(id, refundSucceeded)).toBe(true);
      const succeeded = {
        status: 'succeeded',
        updatedAtMs: fixture.now(),
        creditNote: null,
        creditedLine: null,
        error: null,
      } as const;
      expect(await fixture.findRefund(id)).toMatchObject(succeeded);
      const detail = await fixture.findOrder(order.id);
      expect(detail).toMatchObject({ status: 'refunded', updatedAtMs: fixture.now() });
      expect(detail.payment).toMatchObject({ status: 'succeeded' });
      expect(await fixture.historyStates(order.id)).toEqual([
        'pending',
        'paying',
        'paid',
        'refund_requested',
        'refunded',
      ]);
      expect(detail.history[4]).toEqual({
        seq: 5,
        state: 'refunded',
        atMs: fixture.now(),
        detail: '1000 VND',
      });
      expect(await fixture.listTasks({ orderId: order.id })).toEqual([]);
      // The refund's task stays until its worker reports it.
      expect(await fixture.listTasks({ pipeline: 'refund' })).toHaveLength(1);
      expect((await unwrap(store.queue.stats(fixture.now()))).finishedPerSecond).toBe(0);

      world.advance(1);
      for (const outcome of [refundSucceeded, refundSucceeded])
        expect(await fixture.finishRefund(id, outcome)).toBe(false);
      expect(await fixture.findOrder(order.id)).toEqual(detail);
    });

    test('A partial refund does not stop the pipeline of its order', async () => {
      const { fixture } = context();
      const order = await placePaid();
      const first = await fixture.requestRefund(order.id, 300);
      const [lease] = (await fixture.claimTasks('physical')).leases;
      expect(await fixture.finishRefund(first.id, refundSucceeded)).toBe(true);
      expect(await fixture.findOrder(order.id)).toMatchObject({ status: 'completed' });
      expect((await fixture.findOrder(order.id)).history.at(-1)).toMatchObject({
        state: 'partially_refunded',
        detail: '300 VND',
      });
      expect(await fixture.report(defined(lease), { kind: 'done', detail: null })).toHaveLength(1);
      const last = await fixture.requestRefund(order.id);
      await fixture.finishRefund(last.id, refundSucceeded);
      expect((await fixture.findOrder(order.id)).status).toBe('refunded');
      expect((await fixture.historyStates(order.id)).slice(-6)).toEqual([
        'shipment_requested',
        'completed',
        'partially_refunded',
        'customer_notified',
        'refund_requested',
        'refunded',
      ]);
    });

    test('An order is refunded when the last of its partial refunds succeeds', async () => {
      const { fixture } = context();
      const order = await placePaid();
      const [part, rest] = [
        await fixture.requestRefund(order.id, 400),
        await fixture.requestRefund(order.id),
      ];
      const refundedOf = async () => (await fixture.findOrder(order.id)).refunded;
      expect(await refundedOf()).toEqual({ amount: 0, currency: 'VND' });
      await fixture.finishRefund(rest.id, refundSucceeded);
      expect(await refundedOf()).toEqual({ amount: 600, currency: 'VND' });
      expect(await fixture.findOrder(order.id)).toMatchObject({ status: 'paid' });
      expect(await fixture.listTasks({ orderId: order.id })).toMatchObject([{ state: 'paused' }]);
      await fixture.finishRefund(part.id, refundSucceeded);
      expect(await refundedOf()).toEqual(order.total);
      expect(await fixture.findOrder(order.id)).toMatchObject({ status: 'refunded' });
      expect(await fixture.listTasks({ orderId: order.id })).toEqual([]);
      expect((await fixture.historyStates(order.id)).slice(-2)).toEqual(['partially_refunded', 'refunded']);
    });

    test('A credit note has the year of the time zone of the shop', async () => {
      const { fixture, world } = context();
      world.setTimeZone('Asia/Ho_Chi_Minh');
      world.clock.set(Date.UTC(2026, 11, 31, 16, 59, 59, 999));
      const order = await placeCompleted();
      const [first, second] = [
        await fixture.requestRefund(order.id, 1),
        await fixture.requestRefund(order.id, 1),
      ];
      await fixture.finishRefund(first.id, refundSucceeded);
      world.advance(1);
      await fixture.finishRefund(second.id, refundSucceeded);
      expect((await fixture.findRefund(first.id)).creditNote).toBe('CN-2026-000001');
      expect((await fixture.findRefund(second.id)).creditNote).toBe('CN-2027-000001');
    });

    test('Refunds of invoiced orders get consecutive credit note numbers', async () => {
      const { fixture, world } = context();
      world.clock.set(Date.UTC(2026, 11, 31, 23, 59, 59, 999));
      const invoiced = [await placeCompleted(), await placeCompleted({ type: 'service' })];
      const refundAndFindCreditNote = async (orderId: string, amount: number | null) => {
        const { id } = await fixture.requestRefund(orderId, amount);
        await fixture.finishRefund(id, refundSucceeded);
        return (await fixture.findRefund(id)).creditNote;
      };
      expect(await refundAndFindCreditNote(defined(invoiced[0]).id, 1)).toBe('CN-2026-000001');
      expect(await refundAndFindCreditNote((await placePaid()).id, null)).toBeNull();
      const { id: failedId } = await fixture.requestRefund(defined(invoiced[1]).id, 1);
      await fixture.finishRefund(failedId, refundFailed);
      expect((await fixture.findRefund(failedId)).creditNote).toBeNull();
      expect(await refundAndFindCreditNote(defined(invoiced[1]).id, null)).toBe('CN-2026-000002');
      world.advance(1);
      expect(await refundAndFindCreditNote(defined(invoiced[0]).id, null)).toBe('CN-2027-000001');
      expect((await fixture.findOrder(defined(invoiced[0]).id)).invoice?.number).toBe('2026-000001');
    });

    test('A full refund that fails makes the order failed until an operator retries it', async () => {
      const { fixture, store, world } = context();
      const order = await placePaid();
      const lease = defined((await fixture.claimTasks(withRemoteStep('physical'))).leases[0]);
      const { id } = await fixture.requestRefund(order.id);
      world.advance(60);
      expect(await fixture.finishRefund(id, refundFailed)).toBe(true);
      const failed = { status: 'failed', error: 'charge_disputed', updatedAtMs: fixture.now() } as const;
      expect(await fixture.findRefund(id)).toMatchObject({ ...failed, creditNote: null });
      const detail = await fixture.findOrder(order.id);
      expect(detail).toMatchObject({ status: 'failed', updatedAtMs: fixture.now() });
      expect((await fixture.historyStates(order.id)).slice(-3)).toEqual([
        'refund_requested',
        'refund_failed',
        'failed',
      ]);
      expect(detail.history.at(-2)).toMatchObject({ atMs: fixture.now(), detail: 'charge_disputed' });
      expect(detail.history.at(-1)?.detail).toContain('charge_disputed');
      const [task] = await fixture.listTasks({ orderId: order.id });
      expect(task).toMatchObject({ id: lease.taskId, state: 'failed', step: 'invoice' });
      expect(defined(task).lastError).toContain('charge_disputed');
      expect(await fixture.finishRefund(id, refundSucceeded)).toBe(false);

      expect(await unwrap(store.queue.retry([lease.taskId], fixture.now()))).toBe(1);
      expect(await fixture.findOrder(order.id)).toMatchObject({ status: 'paid' });
      const [again] = (await fixture.claimTasks('physical')).leases;
      await fixture.report(defined(again), { kind: 'done', detail: null });
      expect((await fixture.historyStates(order.id)).slice(-5)).toEqual([
        'retried',
        'invoiced',
        'shipment_requested',
        'completed',
        'customer_notified',
      ]);
    });

    test('A failed refund can be requested again under a new key', async () => {
      const { fixture } = context();
      const order = await placePaid();
      const first = await fixture.requestRefund(order.id);
      await fixture.finishRefund(first.id, refundFailed);
      const second = await fixture.requestRefund(order.id);
      expect(second.amount).toEqual(first.amount);
      expect(await fixture.listTasks({ orderId: order.id })).toMatchObject([{ state: 'paused' }]);
      expect(await fixture.findOrder(order.id)).toMatchObject({ status: 'failed' });
      await fixture.finishRefund(second.id, refundSucceeded);
      expect(await fixture.findOrder(order.id)).toMatchObject({ status: 'refunded' });
      expect((await fixture.historyStates(order.id)).slice(3)).toEqual([
        'refund_requested',
        'refund_failed',
        'failed',
        'refund_requested',
        'refunded',
      ]);
      expect(await fixture.listTasks({ orderId: order.id })).toEqual([]);
    });

    test('A failed refund does not change an order that had failed before or that is still in its pipeline', async () => {
      const { fixture } = context();
      const [lease] = await fixture.payAndLease([await fixture.createProduct()], withRemoteStep);
      const { order, taskId } = defined(lease);
      await fixture.report(defined(lease), { kind: 'failed', error: 'no such mailbox' });
      const { id } = await fixture.requestRefund(order.id);
      await fixture.finishRefund(id, refundFailed);
      expect((await fixture.historyStates(order.id)).slice(-3)).toEqual([
        'failed',
        'refund_requested',
        'refund_failed',
      ]);
      expect(await fixture.findTask(taskId)).toMatchObject({ state: 'failed' });

      const live = await placePaid();
      const part = await fixture.requestRefund(live.id, 1);
      await fixture.finishRefund(part.id, refundFailed);
      expect(await fixture.findOrder(live.id)).toMatchObject({ status: 'paid' });
      expect((await fixture.claimTasks('physical')).leases).toMatchObject([{ order: { id: live.id } }]);
      expect((await fixture.historyStates(live.id)).slice(3, 5)).toEqual([
        'refund_requested',
        'refund_failed',
      ]);
    });

    test('A succeeded refund can fail later and can then be requested again', async () => {
      const { fixture } = context();
      const order = await placeCompleted({ type: 'service', stock: 9 });
      const first = await fixture.requestRefund(order.id);
      await fixture.finishRefund(first.id, refundSucceeded);
      expect(await stockOf(order.product.id)).toBe(9);
      expect(await fixture.finishRefund(first.id, refundFailed)).toBe(true);
      expect((await fixture.findOrder(order.id)).refunded.amount).toBe(0);
      expect(await fixture.finishRefund(first.id, refundFailed)).toBe(false);
      const { creditNote, ...failed } = await fixture.findRefund(first.id);
      expect(failed).toMatchObject({ status: 'failed', error: 'charge_disputed' });
      expect(creditNote).toEndWith('-000001');
      expect(await fixture.findOrder(order.id)).toMatchObject({ status: 'refunded' });
      expect((await fixture.historyStates(order.id)).slice(-2)).toEqual(['refunded', 'refund_failed']);

      const second = await fixture.requestRefund(order.id);
      expect(second.amount).toEqual(order.total);
      await fixture.finishRefund(second.id, refundSucceeded);
      expect(await fixture.findOrder(order.id)).toMatchObject({ status: 'refunded' });
      // The order is already refunded, so neither its status nor the stock changes again.
      expect((await fixture.historyStates(order.id)).slice(-2)).toEqual([
        'refund_requested',
        'partially_refunded',
      ]);
      expect(await stockOf(order.product.id)).toBe(9);
      expect((await fixture.findRefund(second.id)).creditNote).toEndWith('-000002');
    });

    test('An outcome of an unknown refund changes nothing', async () => {
      const { fixture } = context();
      for (const outcome of [refundSucceeded, refundFailed])
        expect(await fixture.finishRefund(fixture.newId(), outcome)).toBe(false);
    });

    test('A provider event makes the waiting task of its refund ready', async () => {
      const { fixture, store, world } = context();
      const { id } = await fixture.requestRefund((await placePaid()).id);
      const lease = defined((await fixture.claimJobs(refundPipeline))[0]);
      const runNow = () => unwrap(store.refunds.runNow(id, fixture.now()));
      await runNow();
      expect(await fixture.findTask(lease.taskId)).toMatchObject({ state: 'running' });
      await fixture.reportJob(lease, { kind: 'retry', error: 'pending', runAtMs: fixture.now() + 3_600_000 });
      world.advance(5);
      await runNow();
      expect(await fixture.findTask(lease.taskId)).toMatchObject({
        state: 'ready',
        runAtMs: fixture.now(),
        attempts: 1,
      });
      world.advance(5);
      await runNow();
      expect(await fixture.findTask(lease.taskId)).toMatchObject({ runAtMs: fixture.now() - 5 });
      const [again] = await fixture.claimJobs(refundPipeline);
      await fixture.reportJob(defined(again), { kind: 'failed', error: 'no' });
      await runNow();
      expect(await fixture.findTask(lease.taskId)).toMatchObject({ state: 'failed' });
      expect((await store.refunds.runNow(fixture.newId(), fixture.now())).isOk()).toBe(true);
    });
  });
};
