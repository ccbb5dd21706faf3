import { describe, expect, test } from 'bun:test';
import type { OrderState } from '../../core/order.ts';
import type { TimelineEntry, TimelineKey } from '../../core/timeline.ts';
import {
  declined,
  defined,
  listAll,
  providerUnavailable,
  refundSucceeded,
  succeeded,
  unwrap,
} from './fixture.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

const mai = { id: 'op-1', email: 'mai@shop.example' };

/** The history of an order in pages, and everything that happened to it by time. */
export const timelineContract = (name: string, open: OpenStore): void => {
  describe(`${name}: history and timeline of an order`, () => {
    const context = useFreshStore(open);

    const readTimeline = (orderId: string, limit = 100): Promise<readonly TimelineEntry[]> =>
      listAll((after: TimelineKey | null) =>
        context().store.orders.timeline({ orderId, nowMs: context().fixture.now(), after, limit }),
      );
    const linesOf = (entries: readonly TimelineEntry[]) =>
      entries.map(({ kind, what, declineCode }) =>
        [kind, what, ...(declineCode === null ? [] : [declineCode])].join(' '),
      );

    test('An order has its newest 100 states, and its history has all of them page by page', async () => {
      const { fixture, store, world } = context();
      const order = await fixture.placeOrder(await fixture.createProduct({ stock: 5 }));
      for (let attempt = 0; attempt < 36; attempt++) {
        world.advance(1_000);
        const claim = await fixture.claimCheckout(fixture.checkoutRequest([order]));
        await fixture.recordOutcome(claim, declined);
      }
      const pages = (limit: number): Promise<readonly OrderState[]> =>
        listAll((after: number | null) => store.orders.history({ orderId: order.id, after, limit }));
      const all = await pages(100);
      expect(all.map(({ seq }) => seq)).toEqual(Array.from({ length: 109 }, (_, index) => index + 1));
      expect(all.slice(0, 4).map(({ state }) => state)).toEqual([
        'pending',
        'paying',
        'stock_reserved',
        'pending',
      ]);
      expect((await fixture.findOrder(order.id)).history).toEqual(all.slice(-100));
      expect(await pages(7)).toEqual(all);
      // With the second change, the oldest of the 100 is a row `stock_reserved`.
      for (const quantity of [3, 4]) {
        const change = { orderId: order.id, customerId: order.customerId, quantity };
        await unwrap(store.orders.changeQuantity(change, fixture.now()));
        expect((await fixture.findOrder(order.id)).history).toEqual((await pages(100)).slice(-100));
      }
      expect(await readTimeline(order.id, 7)).toEqual(await readTimeline(order.id));
      expect(await unwrap(store.orders.history({ orderId: fixture.newId(), after: null, limit: 9 }))).toEqual(
        { items: [], next: null },
      );
    });

    test('A timeline keeps each attempt to pay with its decline code, whatever came after', async () => {
      const { fixture, world } = context();
      const order = await fixture.placeOrder(await fixture.createProduct());
      const first = await fixture.claimCheckout(fixture.checkoutRequest([order]));
      world.advance(1_000);
      await fixture.recordOutcome(first, declined);
      world.advance(1_000);
      const request = fixture.checkoutRequest([order]);
      await fixture.recordOutcome(await fixture.claimCheckout(request), providerUnavailable);
      world.advance(1_000);
      const again = await fixture.claimCheckout({ ...request, checkoutId: fixture.newId() });
      expect(again).toMatchObject({ checkoutId: request.checkoutId, attempt: 2 });
      world.advance(1_000);
      await fixture.recordOutcome(again, succeeded);
      const entries = await readTimeline(order.id);
      expect(linesOf(entries)).toEqual([
        ...['state pending', 'state paying', 'state pending', 'payment declined card_declined'],
        ...['state paying', 'state pending', 'payment cancelled'],
        ...['state paying', 'state paid', 'payment succeeded', 'task ready'],
      ]);
      expect(entries.filter(({ kind }) => kind === 'payment').map(({ id }) => id)).toEqual([
        first.checkoutId,
        request.checkoutId,
        request.checkoutId,
      ]);
    });

    test('The timeline of each order of a group has the task and the mail of the group', async () => {
      const { fixture } = context();
      const orders = await fixture.placeOrders(Array(2).fill(await fixture.createProduct()));
      await fixture.pay(orders);
      const lease = defined((await fixture.claimTasks('physical')).leases[0]);
      for (const { id } of orders)
        expect(linesOf(await readTimeline(id)).slice(-2)).toEqual(['task running', 'mail begun']);
      await fixture.report(lease, { kind: 'done', detail: null });
      for (const { id } of orders) expect(linesOf(await readTimeline(id)).at(-1)).toBe('mail sent');
    });

    test('A timeline has the tasks, mails, refunds and commands of its order, and none of another', async () => {
      const { fixture, store, world } = context();
      const product = await fixture.createProduct();
      const [lease, other] = (await fixture.payAndLease([product, product])).map(defined);
      const { order, taskId } = defined(lease);
      const leasedMs = fixture.now();
      expect(linesOf(await readTimeline(order.id)).slice(-2)).toEqual(['task running', 'mail begun']);
      world.advance(1_000);
      await fixture.report(defined(lease), { kind: 'failed', error: 'no such mailbox' });
      const [failed] = (await readTimeline(order.id)).filter(({ kind }) => kind === 'task');
      const none = { declineCode: null, actor: null, requestId: null };
      expect(failed).toEqual({
        ...{ ...none, kind: 'task', what: 'failed', id: taskId },
        ...{ atMs: defined(failed).atMs, detail: 'notify_customer: no such mailbox' },
      });
      world.advance(1_000);
      const command = { actor: mai, requestId: 'request-7', createId: fixture.newId };
      await unwrap(store.queue.retry([taskId], fixture.now(), command));
      const retriedMs = fixture.now();
      world.advance(1_000);
      const [again] = (await fixture.claimTasks('physical')).leases;
      await fixture.report(defined(again), { kind: 'done', detail: null });
      world.advance(1_000);
      const refund = fixture.refundCommand(order.id, { reason: 'torn', command });
      await unwrap(store.refunds.request(refund, fixture.now()));
      const refundMs = fixture.now();
      world.advance(1_000);
      await fixture.finishRefund(refund.refundId, refundSucceeded);

      const entries = await readTimeline(order.id);
      expect(entries.filter(({ kind }) => kind === 'command')).toEqual([
        {
          ...{ kind: 'command', what: 'task.retry', id: taskId, detail: 'notify_customer' },
          ...{ atMs: retriedMs, declineCode: null, actor: mai, requestId: 'request-7' },
        },
        {
          ...{ kind: 'command', what: 'refund.request', id: refund.refundId, detail: 'torn' },
          ...{ atMs: refundMs, declineCode: null, actor: mai, requestId: 'request-7' },
        },
      ]);
      expect(entries.filter(({ kind }) => kind === 'mail')).toEqual([
        { ...none, kind: 'mail', what: 'sent', id: null, detail: null, atMs: retriedMs + 1_000 },
      ]);
      expect(entries.filter(({ kind }) => kind === 'refund')).toEqual([
        {
          ...{ ...none, kind: 'refund', what: 'succeeded', id: refund.refundId, atMs: refundMs },
          detail: `${order.total.amount} VND: torn`,
        },
      ]);
      expect(entries.map(({ atMs }) => atMs)).toEqual(
        entries.map(({ atMs }) => atMs).toSorted((one, next) => one - next),
      );
      expect(leasedMs).toBeLessThan(retriedMs);
      const untouched = linesOf(await readTimeline(defined(other).order.id));
      expect(untouched.filter((line) => /command|refund/.test(line))).toEqual([]);
      expect(await readTimeline(order.id, 3)).toEqual(entries);
      expect(await readTimeline(fixture.newId())).toEqual([]);
    });
  });
};
