import { describe, expect, test } from 'bun:test';
import { freshPlace, type Open } from './open.ts';
import { known, refused, returned, value } from './shop.ts';

/** Every field of an order's task that a refund changes, and every one that it leaves. */
export const refundedTasksContract = (name: string, open: Open): void => {
  describe(`${name}: tasks of refunded orders`, () => {
    const place = freshPlace(open);

    /** A task that has tried its external step once, and that waits for the next try. */
    const waiting = async () => {
      const { shop } = place();
      const [lease] = await shop.leased([await shop.product({ price: { amount: 1_000, currency: 'VND' } })]);
      const { order, taskId } = known(lease);
      const runAtMs = shop.now() + 30_000;
      await shop.report(known(lease), { kind: 'retry', error: 'mailbox full', runAtMs });
      return { order, task: await shop.task(taskId) };
    };

    test('A whole refund pauses the task, names itself in its error, and keeps the counts', async () => {
      const { shop, world } = place();
      const { order, task } = await waiting();
      world.advance(70);
      const { id } = await shop.refund(order.id);
      const lastError = `stopped by the refund ${id}`;
      expect(await shop.task(task.id)).toEqual({ ...task, state: 'paused', attempts: 1, lastError });
    });

    test('a refund of a part changes nothing of the task, whatever comes of it', async () => {
      const { shop } = place();
      const { order, task } = await waiting();
      for (const outcome of [returned, refused]) {
        const { id } = await shop.refund(order.id, 100);
        expect(await shop.task(task.id)).toEqual(task);
        await shop.settleRefund(id, outcome);
        expect(await shop.task(task.id)).toEqual(task);
      }
    });

    test('a refund that fails makes the task that it stopped failed and due now, with the reason', async () => {
      const { shop, world } = place();
      const { order, task } = await waiting();
      const { id } = await shop.refund(order.id);
      world.advance(70);
      await shop.settleRefund(id, refused);
      const lastError = 'the refund failed: charge_disputed';
      expect(await shop.task(task.id)).toEqual({ ...task, state: 'failed', lastError, runAtMs: shop.now() });
      const { history, updatedAtMs } = await shop.detail(order.id);
      expect(updatedAtMs).toBe(shop.now());
      expect(history.slice(-2)).toEqual([
        { seq: 8, state: 'refund_failed', atMs: shop.now(), detail: 'charge_disputed' },
        { seq: 9, state: 'failed', atMs: shop.now(), detail: lastError },
      ]);
    });

    test('a refund of a part that fails frees a stopped task for an operator, since the order stays paid', async () => {
      const { shop } = place();
      const { order, task } = await waiting();
      const part = await shop.refund(order.id, 400);
      const rest = await shop.refund(order.id);
      await shop.settleRefund(part.id, refused);
      expect(await shop.task(task.id)).toMatchObject({ state: 'failed' });
      await shop.settleRefund(rest.id, returned);
      expect(await shop.detail(order.id)).toMatchObject({ status: 'failed' });
      expect((await shop.history(order.id)).slice(-3)).toEqual([
        'refund_failed',
        'failed',
        'partially_refunded',
      ]);
      expect(await value(place().store.queue.retry([task.id], shop.now()))).toBe(1);
      expect(await shop.detail(order.id)).toMatchObject({ status: 'paid' });
    });
  });
};
