import { describe, expect, test } from 'bun:test';
import type { Refund, RefundCommand, RefundFailure } from '../../core/refund.ts';
import { freshPlace, type Open } from './open.ts';
import { known, pagesOf, refused, succeeded, value } from './shop.ts';

/** Asking for a refund. What comes of it is in returns.ts, and all that runs side by side in refundRaces.ts. */
export const refundsContract = (name: string, open: Open): void => {
  describe(`${name}: refunds`, () => {
    const place = freshPlace(open);

    const request = (command: RefundCommand) => place().store.refunds.request(command, place().shop.now());

    const refusal = async (command: RefundCommand): Promise<RefundFailure | { kind: 'unavailable' }> =>
      (await request(command))._unsafeUnwrapErr();

    const vnd = (amount: number, currency: string | null = null) => ({ amount, currency });

    /** A paid order of 1,000. */
    const paid = async () =>
      place().shop.paid(await place().shop.product({ price: { amount: 1_000, currency: 'VND' } }));

    test('a part of an order: the refund, its job, and what the history says', async () => {
      const { shop, store, world } = place();
      const order = await paid();
      world.advance(40);
      const command = shop.command(order.id, { amount: vnd(300) });
      const { refund, replayed } = await value(request(command));
      expect(replayed).toBe(false);
      expect(refund).toEqual({
        id: command.refundId,
        orderId: order.id,
        paymentId: known(order.checkoutId),
        amount: { amount: 300, currency: 'VND' },
        reason: 'torn',
        status: 'requested',
        creditNote: null,
        error: null,
        createdAtMs: shop.now(),
        updatedAtMs: shop.now(),
      });
      expect(await shop.task(command.taskId)).toEqual({
        id: command.taskId,
        orderId: null,
        jobId: refund.id,
        pipeline: 'refund',
        step: 'return_money',
        state: 'ready',
        attempts: 0,
        crashes: 0,
        lastError: null,
        runAtMs: shop.now(),
      });
      const { contact: _, ...found } = await shop.refundDetail(refund.id);
      expect(found).toEqual({ ...refund, chargeReference: succeeded.reference, order });
      expect((await shop.refundDetail(refund.id)).contact.email).toEndWith('@example.com');
      expect(await value(store.refunds.find(shop.freshId()))).toBeNull();

      expect(await shop.history(order.id)).toEqual(['pending', 'paying', 'paid', 'refund_requested']);
      const told = { seq: 4, state: 'refund_requested', atMs: shop.now(), detail: '300 VND' };
      expect((await shop.detail(order.id)).history[3]).toEqual(told);
      expect(await shop.detail(order.id)).toMatchObject({ status: 'paid', updatedAtMs: order.updatedAtMs });
    });

    test('a part leaves the pipeline on its way, and their rows make one history', async () => {
      const { shop, world } = place();
      const order = await paid();
      await shop.refund(order.id, 1);
      const [lease] = (await shop.take('physical')).leases;
      await shop.refund(order.id, 2);
      world.advance(9);
      await shop.report(known(lease), { kind: 'done', detail: null });
      await shop.refund(order.id, 3);
      expect((await shop.history(order.id)).slice(3)).toEqual([
        'refund_requested',
        'stock_reserved',
        'invoiced',
        'shipment_requested',
        'refund_requested',
        'customer_notified',
        'completed',
        'refund_requested',
      ]);
      expect((await shop.detail(order.id)).status).toBe('completed');
    });

    test('the same command again hears of the same refund; another one under its key is refused', async () => {
      const { shop, world } = place();
      const [order, other] = [await paid(), await paid()];
      const command = shop.command(order.id, { amount: vnd(300) });
      const { refund } = await value(request(command));
      world.advance(1);
      const again = { ...command, refundId: shop.freshId(), taskId: shop.freshId() };
      expect(await value(request(again))).toEqual({ refund, replayed: true });
      for (const changes of [
        { amount: vnd(301) },
        { amount: null },
        { reason: 'lost' },
        { orderId: other.id },
        { orderId: shop.freshId() },
      ])
        expect(await refusal({ ...again, ...changes })).toEqual({ kind: 'idempotency_key_reused' });
      expect(await shop.tasks({ pipeline: 'refund' })).toHaveLength(1);
      expect(await shop.history(order.id)).toEqual(['pending', 'paying', 'paid', 'refund_requested']);

      await shop.settleRefund(refund.id, refused);
      expect(await value(request(again))).toMatchObject({
        replayed: true,
        refund: { id: refund.id, status: 'failed' },
      });
    });

    test('what was not paid, or is not there, is not refunded', async () => {
      const { shop, store } = place();
      const [pending, paying, cancelled] = await shop.orders(Array(3).fill(await shop.product()));
      await shop.claimed(shop.request([known(paying)]));
      const { id, customerId } = known(cancelled);
      await value(store.orders.cancel(id, customerId, shop.now()));
      const refusals = [
        [known(pending), 'pending'],
        [known(paying), 'paying'],
        [known(cancelled), 'cancelled'],
      ] as const;
      for (const [order, status] of refusals) {
        const before = await shop.history(order.id);
        const command = shop.command(order.id);
        expect(await refusal(command)).toEqual({ kind: 'order_not_refundable', status });
        expect(await value(store.refunds.find(command.refundId))).toBeNull();
        expect(await shop.history(order.id)).toEqual(before);
      }
      expect(await refusal(shop.command(shop.freshId()))).toEqual({ kind: 'not_found' });
      expect(await shop.tasks()).toEqual([]);
    });

    test('never more than was paid, counting what is under way', async () => {
      const { shop } = place();
      const order = await paid();
      const tooLarge = (left: number) => ({
        kind: 'refund_too_large' as const,
        left: { amount: left, currency: 'VND' },
      });
      expect(await refusal(shop.command(order.id, { amount: vnd(1_001) }))).toEqual(tooLarge(1_000));
      expect(await refusal(shop.command(order.id, { amount: vnd(1, 'USD') }))).toEqual({
        kind: 'mixed_currency',
      });
      const first = await shop.refund(order.id, 600);
      expect(await refusal(shop.command(order.id, { amount: vnd(401) }))).toEqual(tooLarge(400));
      const rest = await shop.refund(order.id);
      expect(rest.amount).toEqual({ amount: 400, currency: 'VND' });
      for (const amount of [null, vnd(1)])
        expect(await refusal(shop.command(order.id, { amount }))).toEqual(tooLarge(0));

      await shop.settleRefund(first.id, refused);
      expect(await refusal(shop.command(order.id, { amount: vnd(601) }))).toEqual(tooLarge(600));
      expect((await shop.refund(order.id, 600)).status).toBe('requested');
    });

    test('each order of a cart is refunded by itself', async () => {
      const { shop } = place();
      const product = await shop.product({ price: { amount: 1_000, currency: 'VND' } });
      const orders = await shop.orders([product, product], { quantity: 2 });
      await shop.pay(orders);
      for (const order of orders)
        expect((await shop.refund(order.id)).amount).toEqual({ amount: 2_000, currency: 'VND' });
    });

    test('a whole refund pauses the task of a pipeline that has not begun, and no retry moves it', async () => {
      const { shop, store, world } = place();
      const order = await paid();
      const [before] = await shop.tasks({ orderId: order.id });
      const refund = await shop.refund(order.id);
      const expectStopped = async () => {
        const [task] = await shop.tasks({ orderId: order.id });
        expect(task).toMatchObject({ id: known(before).id, state: 'paused', runAtMs: known(before).runAtMs });
        expect(known(task).lastError).toBe(`stopped by the refund ${refund.id}`);
        expect(await shop.take('physical')).toEqual({ touched: 0, leases: [] });
      };
      await expectStopped();
      expect(await value(store.queue.retry([known(before).id], shop.now()))).toBe(0);
      await value(store.refunds.runNow(refund.id, shop.now()));
      world.advance(1_000 * 365 * 24 * 3_600_000);
      await value(store.queue.rescue({ nowMs: shop.now(), crashesMax: 9, limit: 9 }));
      await expectStopped();
      expect(await shop.history(order.id)).toEqual(['pending', 'paying', 'paid', 'refund_requested']);
    });

    test('a whole refund takes the work from whoever is at it', async () => {
      const { shop, store, world } = place();
      const order = await paid();
      const lease = known((await shop.take('physical')).leases[0]);
      await shop.refund(order.id);
      const before = await shop.detail(order.id);
      for (const outcome of [
        { kind: 'done', detail: null },
        { kind: 'failed', error: 'too late' },
        { kind: 'retry', error: 'too late', runAtMs: shop.now() },
      ] as const)
        expect(await shop.report(lease, outcome)).toEqual([]);
      expect(await value(store.queue.heartbeat([lease], shop.now() + 1_000_000))).toEqual([]);
      await value(store.queue.release([lease], shop.now()));
      world.advance(1_000_000);
      expect(await value(store.queue.rescue({ nowMs: shop.now(), crashesMax: 9, limit: 9 }))).toBe(0);
      expect(await shop.take('physical')).toEqual({ touched: 0, leases: [] });
      expect(await shop.detail(order.id)).toEqual(before);
      expect(await shop.task(lease.taskId)).toMatchObject({ state: 'paused', step: 'notify_customer' });
    });

    test('a whole refund of a failed order pauses its task too, so that no operator sends it on meanwhile', async () => {
      const { shop, store } = place();
      const [lease] = await shop.leased([await shop.product()]);
      const { order, taskId } = known(lease);
      await shop.report(known(lease), { kind: 'failed', error: 'no such mailbox' });
      await shop.refund(order.id);
      expect(await shop.task(taskId)).toMatchObject({ state: 'paused' });
      expect(await value(store.queue.retry([taskId], shop.now()))).toBe(0);
      expect(await shop.detail(order.id)).toMatchObject({ status: 'failed' });
    });

    test('refunds are listed from the newest, and narrowed by order and status, page after page', async () => {
      const { shop, store } = place();
      const [order, other] = [await paid(), await paid()];
      const refunds: Refund[] = [];
      for (let index = 0; index < 5; index++) {
        refunds.push(await shop.refund(order.id, 1 + index));
        refunds.push(await shop.refund(other.id, 1 + index));
      }
      const of = (orderId: string) => refunds.filter((one) => one.orderId === orderId);
      const [first, second] = [known(refunds[0]), known(refunds[1])];
      await shop.settleRefund(first.id, refused);
      await shop.settleRefund(second.id, { kind: 'succeeded', reference: 're_1' });

      const listed = async (query: { orderId?: string; status?: 'requested' | 'succeeded' | 'failed' }) => {
        const rows = await pagesOf((after: string | null) =>
          store.refunds.list({ orderId: null, status: null, limit: 2, after, ...query }),
        );
        return rows.map(({ id }) => id);
      };
      const ids = (rows: readonly { id: string }[]) => rows.map(({ id }) => id).toReversed();
      expect(await listed({})).toEqual(ids(refunds));
      expect(await listed({ orderId: order.id })).toEqual(ids(of(order.id)));
      expect(await listed({ status: 'failed' })).toEqual([first.id]);
      expect(await listed({ status: 'succeeded' })).toEqual([second.id]);
      expect(await listed({ status: 'requested', orderId: other.id })).toEqual(
        ids(of(other.id).filter(({ id }) => id !== second.id)),
      );
      expect(await listed({ orderId: shop.freshId() })).toEqual([]);
      const [newest] = (
        await value(store.refunds.list({ orderId: null, status: null, limit: 1, after: null }))
      ).items;
      const {
        order: _,
        contact: __,
        chargeReference: ___,
        ...rest
      } = await shop.refundDetail(known(newest).id);
      expect(known(newest)).toEqual(rest);
    });
  });
};
