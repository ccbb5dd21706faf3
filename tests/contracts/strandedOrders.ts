import { describe, expect, test } from 'bun:test';
import type { Order } from '../../core/order.ts';
import { strandedError } from '../../core/strandedOrder.ts';
import { createAdoptedRefundFixture } from './adoptedRefundFixture.ts';
import { defined, refundFailed, refundSucceeded, unwrap } from './fixture.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

/** A task that a refund has paused does not stay paused when no refund can end the pause any more. */
export const strandedOrdersContract = (name: string, open: OpenStore): void => {
  describe(`${name}: orders that stay paid although a refund of all that was left has succeeded`, () => {
    const context = useFreshStore(open);
    const { placePaid, paymentOf, report, adopt, assign, refundsOf } = createAdoptedRefundFixture(context);

    const finish = (refundId: string) => context().fixture.finishRefund(refundId, refundSucceeded);
    const fail = (refundId: string) => context().fixture.finishRefund(refundId, refundFailed);

    const failAdopted = async (): Promise<number> => {
      const { store, fixture } = context();
      return unwrap(store.refunds.failAdopted('re_1', 'sent back', fixture.now()));
    };

    const taskOf = async ({ id: orderId }: Order) =>
      (await context().fixture.listTasks({ orderId })).map(({ id, state, lastError }) => ({
        id,
        state,
        lastError,
      }))[0];

    /**
     * Two orders of a charge of 300. The provider has refunded 150, nobody knows of which order. All of the first is
     * requested, so the 50 that the charge has left are all that the second one can have.
     */
    const createPaused = async (origin: 'provider' | 'dispute' = 'provider') => {
      const { fixture } = context();
      const orders = await placePaid([100, 200]);
      const paid = defined(orders[1]);
      const first = await fixture.requestRefund(defined(orders[0]).id);
      expect(await adopt(paymentOf(orders), report(150, { origin }))).toBe(1);
      const rest = await fixture.requestRefund(paid.id);
      expect(rest.amount.amount).toBe(50);
      const lastError = `paused by the refund ${rest.id}`;
      expect(await taskOf(paid)).toMatchObject({ state: 'paused', lastError });
      return { orders, paid, first, rest, lastError };
    };

    const expectFailed = async (order: Order): Promise<void> => {
      const { fixture, store } = context();
      const task = defined(await taskOf(order));
      expect(task).toMatchObject({ state: 'failed', lastError: strandedError });
      const { status, history } = await fixture.findOrder(order.id);
      expect(status).toBe('failed');
      expect(history.at(-1)).toMatchObject({ state: 'failed', detail: strandedError });
      await fixture.historyStates(order.id);
      expect(await unwrap(store.queue.retry([task.id], fixture.now()))).toBe(1);
      expect(await fixture.findOrder(order.id)).toMatchObject({ status: 'paid' });
    };

    test('A refund of all that was left fails the task that it paused if another refund has failed before', async () => {
      const { paid, first, rest, lastError } = await createPaused();
      await fail(first.id);
      expect(await taskOf(paid)).toMatchObject({ state: 'paused', lastError });
      await finish(rest.id);
      await expectFailed(paid);
    });

    test('A refund that fails frees another order of its charge whose own refunds have all ended', async () => {
      const { paid, first, rest, lastError } = await createPaused();
      await finish(rest.id);
      expect(await taskOf(paid)).toMatchObject({ state: 'paused', lastError });
      await fail(first.id);
      await expectFailed(paid);
    });

    test('The task fails once if the refund that paused it succeeds beside another one that fails', async () => {
      const { fixture } = context();
      const { paid, first, rest } = await createPaused();
      await fixture.openConnections();
      await Promise.all([finish(rest.id), fail(first.id), finish(rest.id), fail(first.id)]);
      const states = await fixture.historyStates(paid.id);
      expect(states.filter((state) => state === 'failed')).toHaveLength(1);
      await expectFailed(paid);
    });

    test('A refund of the provider that fails before it has an order frees the orders that waited for it', async () => {
      const { paid, rest } = await createPaused();
      await finish(rest.id);
      expect(await failAdopted()).toBe(1);
      await expectFailed(paid);
    });

    test('A refund of the provider that fails leaves the pause to a refund that is open, which fails the task', async () => {
      const { fixture } = context();
      const orders = await placePaid([100]);
      const order = defined(orders[0]);
      await adopt(paymentOf(orders), report(30));
      const rest = await fixture.requestRefund(order.id);
      expect(await failAdopted()).toBe(1);
      expect(await taskOf(order)).toMatchObject({ state: 'paused' });
      await finish(rest.id);
      await expectFailed(order);
    });

    test('A lost dispute that takes the rest of a refunded order cancels no sale, and the paused task fails', async () => {
      const { orders, paid, first, rest } = await createPaused('dispute');
      await finish(rest.id);
      await finish(first.id);
      expect(await taskOf(paid)).toMatchObject({ state: 'paused' });
      expect(await adopt(paymentOf(orders))).toBe(1);
      await expectFailed(paid);
    });

    test('The assignment of a lost dispute to a refunded order fails its paused task', async () => {
      const { orders, paid, rest } = await createPaused('dispute');
      await finish(rest.id);
      const unassigned = defined(
        (await refundsOf(paymentOf(orders))).find(({ orderId }) => orderId === null),
      );
      await unwrap(assign(unassigned.id, paid.id));
      await expectFailed(paid);
    });

    test('The task stays paused while the rest of its order may be in a refund without an order, and is deleted with it', async () => {
      const { fixture } = context();
      const { orders, paid, first, rest, lastError } = await createPaused();
      await finish(rest.id);
      await finish(first.id);
      expect(await taskOf(paid)).toMatchObject({ state: 'paused', lastError });
      expect(await adopt(paymentOf(orders))).toBe(1);
      expect(await taskOf(paid)).toBeUndefined();
      expect((await fixture.historyStates(paid.id)).slice(-3)).toEqual([
        'refund_requested',
        'partially_refunded',
        'refunded',
      ]);
    });
  });
};
