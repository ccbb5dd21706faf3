import { describe, expect, test } from 'bun:test';
import { defined, refundFailed, refundSucceeded, unwrap } from './fixture.ts';
import { withRemoteStep } from './remoteStep.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

/** Which fields of an order's task a refund changes, and which it keeps. */
export const refundedTasksContract = (name: string, open: OpenStore): void => {
  describe(`${name}: tasks of refunded orders`, () => {
    const context = useFreshStore(open);

    /** An order whose task has tried its external step once and waits for the next try. */
    const createWaitingTask = async () => {
      const { fixture } = context();
      const product = await fixture.createProduct({ price: { amount: 1_000, currency: 'VND' } });
      const [lease] = await fixture.payAndLease([product], withRemoteStep);
      const { order, taskId } = defined(lease);
      const runAtMs = fixture.now() + 30_000;
      await fixture.report(defined(lease), { kind: 'retry', error: 'mailbox full', runAtMs });
      return { order, task: await fixture.findTask(taskId) };
    };

    test('A full refund pauses the order’s task, names itself in the error and keeps the counts', async () => {
      const { fixture, world } = context();
      const { order, task } = await createWaitingTask();
      world.advance(70);
      const { id } = await fixture.requestRefund(order.id);
      const lastError = `paused by the refund ${id}`;
      expect(await fixture.findTask(task.id)).toEqual({ ...task, state: 'paused', attempts: 1, lastError });
    });

    test('A partial refund leaves the waiting task of its order unchanged', async () => {
      const { fixture } = context();
      const { order, task } = await createWaitingTask();
      for (const outcome of [refundSucceeded, refundFailed]) {
        const { id } = await fixture.requestRefund(order.id, 100);
        expect(await fixture.findTask(task.id)).toEqual(task);
        await fixture.finishRefund(id, outcome);
        expect(await fixture.findTask(task.id)).toEqual(task);
      }
    });

    test('A full refund that fails makes the order’s paused task failed and due now, with the reason', async () => {
      const { fixture, world } = context();
      const { order, task } = await createWaitingTask();
      const { id } = await fixture.requestRefund(order.id);
      world.advance(70);
      await fixture.finishRefund(id, refundFailed);
      const lastError = 'the refund failed: charge_disputed';
      expect(await fixture.findTask(task.id)).toEqual({
        ...task,
        state: 'failed',
        lastError,
        runAtMs: fixture.now(),
      });
      const { history, updatedAtMs } = await fixture.findOrder(order.id);
      expect(updatedAtMs).toBe(fixture.now());
      expect(history.slice(-2)).toEqual([
        { seq: 5, state: 'refund_failed', atMs: fixture.now(), detail: 'charge_disputed' },
        { seq: 6, state: 'failed', atMs: fixture.now(), detail: lastError },
      ]);
    });

    test('A partial refund that fails makes the order’s paused task failed, because the order stays paid', async () => {
      const { fixture } = context();
      const { order, task } = await createWaitingTask();
      const part = await fixture.requestRefund(order.id, 400);
      const rest = await fixture.requestRefund(order.id);
      await fixture.finishRefund(part.id, refundFailed);
      expect(await fixture.findTask(task.id)).toMatchObject({ state: 'failed' });
      await fixture.finishRefund(rest.id, refundSucceeded);
      expect(await fixture.findOrder(order.id)).toMatchObject({ status: 'failed' });
      expect((await fixture.historyStates(order.id)).slice(-3)).toEqual([
        'refund_failed',
        'failed',
        'partially_refunded',
      ]);
      expect(await unwrap(context().store.queue.retry([task.id], fixture.now()))).toBe(1);
      expect(await fixture.findOrder(order.id)).toMatchObject({ status: 'paid' });
    });
  });
};
