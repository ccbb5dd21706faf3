import { describe, expect, test } from 'bun:test';
import type { Refund, RefundCommand, RefundFailure } from '../../core/refund.ts';
import { defined, listAll, refundFailed, succeeded, unwrap } from './fixture.ts';
import { withRemoteStep } from './remoteStep.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

/** Requests for refunds. Their outcomes are in refundOutcomes.ts, concurrent calls in refundRaces.ts. */
export const refundRequestsContract = (name: string, open: OpenStore): void => {
  describe(`${name}: refund requests`, () => {
    const context = useFreshStore(open);

    const request = (command: RefundCommand) =>
      context().store.refunds.request(command, context().fixture.now());

    const requestFailure = async (command: RefundCommand): Promise<RefundFailure | { kind: 'unavailable' }> =>
      (await request(command))._unsafeUnwrapErr();

    const vnd = (amount: number, currency: string | null = null) => ({ amount, currency });

    /** Places a paid order of 1,000 VND. */
    const placePaid = async () =>
      context().fixture.placePaidOrder(
        await context().fixture.createProduct({ price: { amount: 1_000, currency: 'VND' } }),
      );

    test('A partial refund writes the refund, its task and a row of the order’s history', async () => {
      const { fixture, store, world } = context();
      const order = await placePaid();
      world.advance(40);
      const command = fixture.refundCommand(order.id, { amount: vnd(300) });
      const { refund, replayed } = await unwrap(request(command));
      expect(replayed).toBe(false);
      expect(refund).toEqual({
        id: command.refundId,
        orderId: order.id,
        paymentId: defined(order.checkoutId),
        amount: { amount: 300, currency: 'VND' },
        origin: 'operator',
        reason: 'torn',
        restock: null,
        status: 'requested',
        creditNote: null,
        creditedLine: null,
        error: null,
        createdAtMs: fixture.now(),
        updatedAtMs: fixture.now(),
      });
      expect(await fixture.findTask(command.taskId)).toEqual({
        id: command.taskId,
        checkoutId: null,
        orderIds: [],
        jobId: refund.id,
        pipeline: 'refund',
        step: 'refund_charge',
        state: 'ready',
        attempts: 0,
        crashes: 0,
        lastError: null,
        runAtMs: fixture.now(),
      });
      const { contact: _, ...found } = await fixture.findRefund(refund.id);
      expect(found).toEqual({ ...refund, chargeReference: succeeded.reference, disputed: false, order });
      expect((await fixture.findRefund(refund.id)).contact?.email).toEndWith('@example.com');
      expect(await unwrap(store.refunds.find(fixture.newId()))).toBeNull();

      expect(await fixture.historyStates(order.id)).toEqual([
        'pending',
        'paying',
        'paid',
        'refund_requested',
      ]);
      const row = { seq: 4, state: 'refund_requested', atMs: fixture.now(), detail: '300 VND' };
      expect((await fixture.findOrder(order.id)).history[3]).toEqual(row);
      expect(await fixture.findOrder(order.id)).toMatchObject({
        status: 'paid',
        updatedAtMs: order.updatedAtMs,
      });
    });

    test('Partial refunds and a running pipeline write one common history', async () => {
      const { fixture, world } = context();
      const order = await placePaid();
      await fixture.requestRefund(order.id, 1);
      const [lease] = (await fixture.claimTasks('physical')).leases;
      await fixture.requestRefund(order.id, 2);
      world.advance(9);
      await fixture.report(defined(lease), { kind: 'done', detail: null });
      await fixture.requestRefund(order.id, 3);
      expect((await fixture.historyStates(order.id)).slice(3)).toEqual([
        'refund_requested',
        'invoiced',
        'shipment_requested',
        'completed',
        'refund_requested',
        'customer_notified',
        'refund_requested',
      ]);
      expect((await fixture.findOrder(order.id)).status).toBe('completed');
    });

    test('A repeated refund request returns the same refund, and another request under its key fails', async () => {
      const { fixture, world } = context();
      const [order, other] = [await placePaid(), await placePaid()];
      const command = fixture.refundCommand(order.id, { amount: vnd(300) });
      const { refund } = await unwrap(request(command));
      world.advance(1);
      const again = { ...command, refundId: fixture.newId(), taskId: fixture.newId() };
      expect(await unwrap(request(again))).toEqual({ refund, replayed: true });
      for (const changes of [
        { amount: vnd(301) },
        { amount: null },
        { reason: 'lost' },
        { orderId: other.id },
        { orderId: fixture.newId() },
      ])
        expect(await requestFailure({ ...again, ...changes })).toEqual({ kind: 'idempotency_key_reused' });
      expect(await fixture.listTasks({ pipeline: 'refund' })).toHaveLength(1);
      expect(await fixture.historyStates(order.id)).toEqual([
        'pending',
        'paying',
        'paid',
        'refund_requested',
      ]);

      await fixture.finishRefund(refund.id, refundFailed);
      expect(await unwrap(request(again))).toMatchObject({
        replayed: true,
        refund: { id: refund.id, status: 'failed' },
      });
    });

    test('An order that is unpaid or unknown cannot be refunded', async () => {
      const { fixture, store } = context();
      const [pending, paying, cancelled] = await fixture.placeOrders(
        Array(3).fill(await fixture.createProduct()),
      );
      await fixture.claimCheckout(fixture.checkoutRequest([defined(paying)]));
      const { id, customerId } = defined(cancelled);
      await unwrap(store.orders.cancel(id, customerId, fixture.now()));
      const unpaid = [
        [defined(pending), 'pending'],
        [defined(paying), 'paying'],
        [defined(cancelled), 'cancelled'],
      ] as const;
      for (const [order, status] of unpaid) {
        const before = await fixture.historyStates(order.id);
        const command = fixture.refundCommand(order.id);
        expect(await requestFailure(command)).toEqual({ kind: 'order_not_refundable', status });
        expect(await unwrap(store.refunds.find(command.refundId))).toBeNull();
        expect(await fixture.historyStates(order.id)).toEqual(before);
      }
      expect(await requestFailure(fixture.refundCommand(fixture.newId()))).toEqual({ kind: 'not_found' });
      expect(await fixture.listTasks()).toEqual([]);
    });

    test('Refunds never exceed what was paid, counting refunds that are still open', async () => {
      const { fixture } = context();
      const order = await placePaid();
      const tooLarge = (left: number) => ({
        kind: 'refund_too_large' as const,
        left: { amount: left, currency: 'VND' },
      });
      expect(await requestFailure(fixture.refundCommand(order.id, { amount: vnd(1_001) }))).toEqual(
        tooLarge(1_000),
      );
      expect(await requestFailure(fixture.refundCommand(order.id, { amount: vnd(1, 'USD') }))).toEqual({
        kind: 'mixed_currency',
      });
      const first = await fixture.requestRefund(order.id, 600);
      expect(await requestFailure(fixture.refundCommand(order.id, { amount: vnd(401) }))).toEqual(
        tooLarge(400),
      );
      const rest = await fixture.requestRefund(order.id);
      expect(rest.amount).toEqual({ amount: 400, currency: 'VND' });
      for (const amount of [null, vnd(1)])
        expect(await requestFailure(fixture.refundCommand(order.id, { amount }))).toEqual(tooLarge(0));

      await fixture.finishRefund(first.id, refundFailed);
      expect(await requestFailure(fixture.refundCommand(order.id, { amount: vnd(601) }))).toEqual(
        tooLarge(600),
      );
      expect((await fixture.requestRefund(order.id, 600)).status).toBe('requested');
    });

    test('Each order of a checkout is refunded separately', async () => {
      const { fixture } = context();
      const product = await fixture.createProduct({ price: { amount: 1_000, currency: 'VND' } });
      const orders = await fixture.placeOrders([product, product], { quantity: 2 });
      await fixture.pay(orders);
      for (const order of orders)
        expect((await fixture.requestRefund(order.id)).amount).toEqual({ amount: 2_000, currency: 'VND' });
    });

    test('A full refund pauses the task of a pipeline that has not begun, and a retry does not change it', async () => {
      const { fixture, store, world } = context();
      const order = await placePaid();
      const [before] = await fixture.listTasks({ orderId: order.id });
      const refund = await fixture.requestRefund(order.id);
      const expectPaused = async () => {
        const [task] = await fixture.listTasks({ orderId: order.id });
        expect(task).toMatchObject({
          id: defined(before).id,
          state: 'paused',
          runAtMs: defined(before).runAtMs,
        });
        expect(defined(task).lastError).toBe(`paused by the refund ${refund.id}`);
        expect(await fixture.claimTasks('physical')).toEqual({ processed: 0, leases: [] });
      };
      await expectPaused();
      expect(await unwrap(store.queue.retry([defined(before).id], fixture.now()))).toBe(0);
      await unwrap(store.refunds.runNow(refund.id, fixture.now()));
      world.advance(1_000 * 365 * 24 * 3_600_000);
      await unwrap(store.queue.rescue({ nowMs: fixture.now(), crashesMax: 9, limit: 9 }));
      await expectPaused();
      expect(await fixture.historyStates(order.id)).toEqual([
        'pending',
        'paying',
        'paid',
        'refund_requested',
      ]);
    });

    test('A full refund takes a leased task away from its worker', async () => {
      const { fixture, store, world } = context();
      const order = await placePaid();
      const lease = defined((await fixture.claimTasks('physical')).leases[0]);
      await fixture.requestRefund(order.id);
      const before = await fixture.findOrder(order.id);
      for (const outcome of [
        { kind: 'done', detail: null },
        { kind: 'failed', error: 'too late' },
        { kind: 'retry', error: 'too late', runAtMs: fixture.now() },
      ] as const)
        expect(await fixture.report(lease, outcome)).toEqual([]);
      expect(await unwrap(store.queue.heartbeat([lease], fixture.now() + 1_000_000))).toEqual([]);
      await unwrap(store.queue.release([lease], fixture.now()));
      world.advance(1_000_000);
      expect(await unwrap(store.queue.rescue({ nowMs: fixture.now(), crashesMax: 9, limit: 9 }))).toBe(0);
      expect(await fixture.claimTasks('physical')).toEqual({ processed: 0, leases: [] });
      expect(await fixture.findOrder(order.id)).toEqual(before);
      expect(await fixture.findTask(lease.taskId)).toMatchObject({
        state: 'paused',
        step: 'notify_customer',
      });
    });

    test('A full refund of a failed order pauses its task, so that no operator can retry it', async () => {
      const { fixture, store } = context();
      const [lease] = await fixture.payAndLease([await fixture.createProduct()], withRemoteStep);
      const { order, taskId } = defined(lease);
      await fixture.report(defined(lease), { kind: 'failed', error: 'no such mailbox' });
      await fixture.requestRefund(order.id);
      expect(await fixture.findTask(taskId)).toMatchObject({ state: 'paused' });
      expect(await unwrap(store.queue.retry([taskId], fixture.now()))).toBe(0);
      expect(await fixture.findOrder(order.id)).toMatchObject({ status: 'failed' });
    });

    test('A refund list is newest first and can be filtered by order and status', async () => {
      const { fixture, store } = context();
      const [order, other] = [await placePaid(), await placePaid()];
      const refunds: Refund[] = [];
      for (let index = 0; index < 5; index++) {
        refunds.push(await fixture.requestRefund(order.id, 1 + index));
        refunds.push(await fixture.requestRefund(other.id, 1 + index));
      }
      const refundsOf = (orderId: string) => refunds.filter((one) => one.orderId === orderId);
      const [first, second] = [defined(refunds[0]), defined(refunds[1])];
      await fixture.finishRefund(first.id, refundFailed);
      await fixture.finishRefund(second.id, { kind: 'succeeded', reference: 're_1' });

      const listed = async (query: { orderId?: string; status?: 'requested' | 'succeeded' | 'failed' }) => {
        const rows = await listAll((after: string | null) =>
          store.refunds.list({ orderId: null, status: null, limit: 2, after, ...query }),
        );
        return rows.map(({ id }) => id);
      };
      const ids = (rows: readonly { id: string }[]) => rows.map(({ id }) => id).toReversed();
      expect(await listed({})).toEqual(ids(refunds));
      expect(await listed({ orderId: order.id })).toEqual(ids(refundsOf(order.id)));
      expect(await listed({ status: 'failed' })).toEqual([first.id]);
      expect(await listed({ status: 'succeeded' })).toEqual([second.id]);
      expect(await listed({ status: 'requested', orderId: other.id })).toEqual(
        ids(refundsOf(other.id).filter(({ id }) => id !== second.id)),
      );
      expect(await listed({ orderId: fixture.newId() })).toEqual([]);
      const [newest] = (
        await unwrap(store.refunds.list({ orderId: null, status: null, limit: 1, after: null }))
      ).items;
      const {
        order: _,
        contact: __,
        chargeReference: ___,
        disputed: ____,
        ...rest
      } = await fixture.findRefund(defined(newest).id);
      expect(defined(newest)).toEqual(rest);
    });
  });
};
