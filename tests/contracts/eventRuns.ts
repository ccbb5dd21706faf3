import { describe, expect, test } from 'bun:test';
import type { EventType } from '../../core/event.ts';
import type { EventReport, LeasedEvent, SubscriptionHealth } from '../../core/relay.ts';
import { createEventFixture, eventsOf, typesOf } from './eventFixture.ts';
import { declined, defined, refundFailed, refundSucceeded, unwrap } from './fixture.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

const delivered = { kind: 'delivered' } as const;
const dayMs = 24 * 3_600_000;

/** How a target that keeps the order of what it is sent gets its events. */
export const eventRunsContract = (name: string, open: OpenStore): void => {
  describe(`${name}: runs of events`, () => {
    const context = useFreshStore(open);
    const { subscribe, claimRun, backlogOf } = createEventFixture(context);

    const listen = (types: readonly EventType[] = ['order.placed', 'order.paid']): Promise<string> =>
      subscribe(types, { kind: 'kafka', target: 'orders', secret: null });

    const placePaid = async (count: number): Promise<readonly string[]> => {
      const { fixture } = context();
      const orders = await fixture.placeOrders(Array(count).fill(await fixture.createProduct()));
      await fixture.payAlone(orders);
      return orders.map(({ id }) => id);
    };

    const reportRun = (
      id: string,
      events: readonly LeasedEvent[],
      outcomeOf: (event: LeasedEvent) => EventReport['outcome'] = () => delivered,
      health: SubscriptionHealth | null = null,
    ): Promise<number> => {
      const reports = events.map((event) => {
        const { subject, sequence, lease, batch } = event;
        return { subject, sequence, lease, ...(batch !== undefined && { batch }), outcome: outcomeOf(event) };
      });
      return unwrap(context().store.events.reportRun(id, reports, health));
    };

    test('A run has several events of a subject in their order, and what is delivered is gone', async () => {
      const id = await listen();
      const orderIds = await placePaid(3);
      const run = await claimRun(id);
      expect(run).toHaveLength(6);
      for (const orderId of orderIds)
        expect(typesOf(eventsOf(run, orderId))).toEqual(['order.placed', 'order.paid']);
      for (const { type, body } of run) {
        const { status, history } = JSON.parse(body).data.order;
        const isPlaced = type === 'order.placed';
        expect([status, history.length > 1]).toEqual([isPlaced ? 'pending' : 'paid', !isPlaced]);
      }
      expect(await reportRun(id, run)).toBe(6);
      expect(await backlogOf(id)).toMatchObject({ events: 0 });
      expect(await claimRun(id)).toEqual([]);
    });

    test('A run that its limit cuts has no event without the earlier ones of its subject', async () => {
      const id = await listen();
      const orderIds = await placePaid(5);
      const heard: LeasedEvent[] = [];
      for (let run = await claimRun(id, 3); run.length > 0; run = await claimRun(id, 3)) {
        expect(run.length).toBeLessThanOrEqual(3);
        heard.push(...run);
        await reportRun(id, run);
      }
      expect(heard).toHaveLength(10);
      for (const orderId of orderIds)
        expect(typesOf(eventsOf(heard, orderId))).toEqual(['order.placed', 'order.paid']);
    });

    test('Of runs that are claimed at once one has events, and its report lets the next be claimed', async () => {
      const { fixture, store } = context();
      const id = await listen();
      await placePaid(3);
      await fixture.openConnections();
      const runs = await Promise.all(Array.from({ length: 8 }, () => claimRun(id, 2)));
      const [run, ...others] = runs.filter((each) => each.length > 0);
      expect(others).toEqual([]);
      expect(await unwrap(store.events.due(fixture.now()))).toEqual([]);
      await reportRun(id, defined(run));
      expect(await unwrap(store.events.due(fixture.now()))).toMatchObject([{ id }]);
      expect(await claimRun(id)).toHaveLength(4);
    });

    test('A run whose lease has expired is claimed anew, and the report of the old one changes nothing', async () => {
      const { world } = context();
      const id = await listen();
      await placePaid(2);
      const frozen = await claimRun(id);
      world.advance(29_999);
      expect(await claimRun(id)).toEqual([]);
      world.advance(1);
      const again = await claimRun(id);
      expect(again.map((event) => event.id)).toEqual(frozen.map((event) => event.id));
      expect(await reportRun(id, frozen)).toBe(0);
      expect(await reportRun(id, frozen, () => ({ kind: 'failed', dueAtMs: 0 }))).toBe(0);
      expect(await backlogOf(id)).toMatchObject({ events: 4 });
      expect(await claimRun(id)).toEqual([]);
      expect(await reportRun(id, again)).toBe(4);
      expect(await reportRun(id, again)).toBe(0);
      expect(await backlogOf(id)).toMatchObject({ events: 0 });
    });

    test('An event that failed in a run holds up the later ones of its subject, and no others', async () => {
      const { fixture, world } = context();
      const id = await listen();
      const [bad] = await placePaid(2);
      const dueAtMs = fixture.now() + 5_000;
      await reportRun(id, await claimRun(id), ({ subject, type }) => {
        if (subject !== bad) return delivered;
        return type === 'order.placed' ? { kind: 'failed', dueAtMs } : { kind: 'released' };
      });
      // A run that finds only what waits leaves the subscription to the next one.
      expect(await claimRun(id)).toEqual([]);
      const [later] = await placePaid(1);
      const next = await claimRun(id);
      expect(next.map(({ subject }) => subject)).toEqual([defined(later), defined(later)]);
      await reportRun(id, next);
      world.advance(5_000);
      expect(await claimRun(id)).toMatchObject([
        { subject: bad, type: 'order.placed', attempts: 1 },
        { subject: bad, type: 'order.paid', attempts: 0 },
      ]);
    });

    test('What follows a failed event in a later run waits for it, and what happened beside it does not', async () => {
      const { fixture, world } = context();
      const id = await listen();
      const product = await fixture.createProduct();
      const orders = await fixture.placeOrders([product, product, product]);
      const [bad, good, other] = orders.map((order) => order.id);
      const dueAtMs = fixture.now() + 5_000;
      await reportRun(id, await claimRun(id), ({ subject }) =>
        subject === bad ? { kind: 'failed', dueAtMs } : delivered,
      );
      await fixture.payAlone(orders.slice(0, 2));
      await fixture.payAlone(orders.slice(2));
      const next = await claimRun(id);
      expect(next.map(({ subject, type }) => [subject, type])).toEqual(
        expect.arrayContaining([good, other].map((subject) => [subject, 'order.paid'])),
      );
      expect(next).toHaveLength(2);
      await reportRun(id, next);
      expect(await claimRun(id)).toEqual([]);
      expect(await backlogOf(id)).toMatchObject({ events: 2 });
      world.advance(5_000);
      const last = await claimRun(id);
      expect(last).toMatchObject([
        { subject: bad, type: 'order.placed', attempts: 1 },
        { subject: bad, type: 'order.paid', attempts: 0 },
      ]);
      await reportRun(id, last);
      expect(await backlogOf(id)).toMatchObject({ events: 0, oldestAtMs: null });
    });

    test('What happened beside a later event of a failed order stays behind the earlier events of its own order', async () => {
      const { fixture } = context();
      const id = await listen();
      const product = await fixture.createProduct();
      const bad = await fixture.placeOrder(product);
      const dueAtMs = fixture.now() + 5_000;
      await reportRun(id, await claimRun(id), () => ({ kind: 'failed', dueAtMs }));
      const good = await fixture.placeOrder(product);
      const beside = await fixture.placeOrder(product);
      await fixture.payAlone([bad, good]);
      await fixture.payAlone([beside]);
      const run = await claimRun(id);
      for (const order of [good, beside])
        expect(typesOf(eventsOf(run, order.id))).toEqual(['order.placed', 'order.paid']);
      expect(run).toHaveLength(4);
    });

    test('After a run that failed as a whole, nothing is lost or out of order, however few are tried next', async () => {
      const { fixture, world } = context();
      const id = await listen();
      const orderIds = await placePaid(4);
      const all = await claimRun(id);
      const dueAtMs = fixture.now() + 1_000;
      const held = new Set<string>();
      await reportRun(id, all, ({ subject }) => {
        if (held.has(subject)) return { kind: 'released' };
        held.add(subject);
        return { kind: 'failed', dueAtMs };
      });
      expect(await backlogOf(id)).toMatchObject({ events: 8 });
      const later = await placePaid(2);
      world.advance(1_000);
      const heard: LeasedEvent[] = [];
      for (const limit of [1, 1, 3, 100, 100]) {
        const run = await claimRun(id, limit);
        expect(run.length).toBeLessThanOrEqual(limit);
        heard.push(...run);
        await reportRun(id, run);
      }
      expect(heard).toHaveLength(12);
      for (const orderId of [...orderIds, ...later])
        expect(typesOf(eventsOf(heard, orderId))).toEqual(['order.placed', 'order.paid']);
      expect(await backlogOf(id)).toMatchObject({ events: 0 });
    });

    test('Old events of a topic are dropped and counted, and later ones stay', async () => {
      const { fixture, store, world } = context();
      const id = await listen();
      const oldestAtMs = fixture.now();
      await placePaid(3);
      world.advance(dayMs);
      await placePaid(1);
      expect(await backlogOf(id)).toMatchObject({ events: 8, oldestAtMs });
      const drop = () => unwrap(store.events.drop(fixture.now(), 100));
      expect([await drop(), await drop()]).toEqual([[{ subscriptionId: id, events: 6 }], []]);
      expect(await backlogOf(id)).toMatchObject({ events: 2, oldestAtMs: fixture.now() });
      expect(typesOf(await claimRun(id))).toEqual(['order.placed', 'order.paid']);
    });

    test('A topic hears of the refund of a late charge after the outcome of its checkout', async () => {
      const { fixture, store } = context();
      const id = await listen(['checkout.declined', 'refund.succeeded', 'refund.failed']);
      const order = await fixture.placeOrder(await fixture.createProduct());
      const claim = await fixture.claimCheckout(fixture.checkoutRequest([order]));
      await fixture.recordOutcome(claim, declined);
      const response = defined(fixture.outcomeRecord(claim, declined).response);
      const refund = { refundId: fixture.newId(), taskId: fixture.newId(), paymentId: claim.checkoutId };
      await unwrap(
        store.refunds.refundLateCharge({ ...refund, reference: 'ch_late', response }, fixture.now()),
      );
      await fixture.finishRefund(refund.refundId, refundSucceeded);
      await fixture.finishRefund(refund.refundId, refundFailed);
      const run = await claimRun(id);
      expect(typesOf(run)).toEqual(['checkout.declined', 'refund.succeeded', 'refund.failed']);
      expect(run.map(({ subject }) => subject)).toEqual(Array(3).fill(claim.checkoutId));
    });

    test('A paused subscription has no run, and the report of a run writes its health', async () => {
      const { fixture, store, world } = context();
      const id = await listen();
      await placePaid(1);
      const failed = await claimRun(id, 1);
      const nowMs = fixture.now();
      const health = { failures: 3, failingSinceMs: nowMs, retryAtMs: nowMs + 1_000, pauseReason: null };
      await reportRun(id, failed, () => ({ kind: 'failed', dueAtMs: nowMs }), health);
      expect(await unwrap(store.events.due(nowMs))).toEqual([]);
      world.advance(1_000);
      const due = { id, failures: 3, failingSinceMs: nowMs };
      expect(await unwrap(store.events.due(fixture.now()))).toMatchObject([due]);
      await unwrap(store.subscriptions.change({ id, paused: true }, fixture.now()));
      expect(await claimRun(id)).toEqual([]);
      await unwrap(store.subscriptions.change({ id, paused: false }, fixture.now()));
      expect(await claimRun(id)).toHaveLength(2);
    });
  });
};
