import { describe, expect, test } from 'bun:test';
import { shownEventTypes } from '../../api/render/event.ts';
import { type EventType, eventId, eventTypes, orderEvents, statesWithoutEvent } from '../../core/event.ts';
import { type Order, shownStates } from '../../core/order.ts';
import type { LeasedEvent } from '../../core/relay.ts';
import { createEventFixture, eventsOf, typesOf } from './eventFixture.ts';
import {
  declined,
  defined,
  providerUnavailable,
  refundFailed,
  refundSucceeded,
  succeeded,
  unwrap,
} from './fixture.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

const mailDone = { kind: 'done', detail: '<m@shop.example>' } as const;

/** Which change makes which event. */
export const eventsContract = (name: string, open: OpenStore): void => {
  describe(`${name}: events`, () => {
    const context = useFreshStore(open);
    const { subscribe, hearAll, backlogOf } = createEventFixture(context);

    const historyOf = async (orderId: string) => (await context().fixture.findOrder(orderId)).history;

    /** What core's rules make of the history of an order. */
    const owedTo = async (orderId: string) =>
      (await historyOf(orderId)).flatMap((row) =>
        orderEvents(orderId, row).map((event) => ({ ...event, id: eventId(event) })),
      );

    const shownOf = (events: readonly LeasedEvent[]) =>
      events.map(({ kind, subject, sequence, type, atMs, id }) => ({
        kind,
        subject,
        sequence,
        type,
        atMs,
        id,
      }));

    const dispute = (order: Order, status: 'open' | 'won') => {
      const { fixture, store } = context();
      const report = { reference: 'dp_1', amount: order.total, reason: 'fraudulent', status, atMs: 2_000 };
      const charge = { paymentId: defined(order.checkoutId), disputes: [{ ...report, isConfirmed: true }] };
      return unwrap(store.disputes.record({ ...charge, createId: fixture.newId }, fixture.now()));
    };

    /** Leads orders through every kind of change. Returns their ids. */
    const liveLives = async (): Promise<readonly string[]> => {
      const { fixture, store, world } = context();
      const product = await fixture.createProduct({ stock: 100 });
      const place = async () => {
        world.advance(1_000);
        return fixture.placeOrder(product);
      };
      const changed = await place();
      const { id: orderId, customerId } = changed;
      await unwrap(store.orders.changeQuantity({ orderId, customerId, quantity: 3 }, fixture.now()));
      const withdrawn = await place();
      await unwrap(store.orders.cancel(withdrawn.id, withdrawn.customerId, fixture.now()));
      const unpaid = await place();
      for (const outcome of [declined, { kind: 'cancelled' }, providerUnavailable] as const)
        await fixture.recordOutcome(await fixture.claimCheckout(fixture.checkoutRequest([unpaid])), outcome);
      const late = await fixture.placeOrder(product, { ttlMs: 500 });
      const lateClaim = await fixture.claimCheckout(fixture.checkoutRequest([late]));
      world.advance(1_000);
      await fixture.recordOutcome(lateClaim, declined);
      const expired = await fixture.placeOrder(product, { ttlMs: 500 });
      world.advance(1_000);
      const expiry = { sweep: 1, untilMs: fixture.now(), nowMs: fixture.now(), limit: 100 } as const;
      await unwrap(store.orders.cancelExpired(expiry));
      const [mailed, failing] = await fixture.payAndLease([product, product]);
      await fixture.report(defined(mailed), mailDone);
      await fixture.report(defined(failing), { kind: 'failed', error: '550 no such mailbox a@b.example' });
      const paid = [await fixture.placePaidOrder(product), await fixture.placePaidOrder(product)];
      const [partly, disputed] = paid.map((order) => defined(order));
      await fixture.finishRefund((await fixture.requestRefund(defined(partly).id, 10)).id, refundSucceeded);
      await fixture.finishRefund((await fixture.requestRefund(defined(partly).id, 10)).id, refundFailed);
      await fixture.finishRefund((await fixture.requestRefund(defined(partly).id)).id, refundFailed);
      await fixture.finishRefund((await fixture.requestRefund(defined(partly).id)).id, refundSucceeded);
      await dispute(defined(disputed), 'open');
      await dispute(defined(disputed), 'won');
      return [
        ...[changed, withdrawn, unpaid, late, expired, ...paid].map(({ id }) => id),
        ...[defined(mailed).order.id, defined(failing).order.id],
      ];
    };

    test('Each row of each history makes the events that core says, in its order, and no others', async () => {
      const everything = await subscribe();
      const orderIds = await liveLives();
      const heard = await hearAll(everything);
      const states = new Set<string>();
      for (const orderId of orderIds) {
        expect(shownOf(eventsOf(heard, orderId))).toEqual(await owedTo(orderId));
        for (const { state } of await historyOf(orderId)) states.add(state);
      }
      for (const state of Object.keys(statesWithoutEvent)) expect(states).toContain(state);
      expect(new Set(typesOf(heard))).toEqual(new Set(eventTypes));
      expect(new Set(heard.map(({ id }) => id)).size).toBe(heard.length);
      expect(await backlogOf(everything)).toMatchObject({ events: 0, oldestAtMs: null });
    });

    test('No event names an address, and each has the whole order or checkout', async () => {
      const everything = await subscribe();
      await liveLives();
      for (const { body, id, type, subject, sequence, atMs } of await hearAll(everything)) {
        expect(body).not.toContain('@');
        expect(JSON.parse(body)).toMatchObject({
          id,
          type,
          subject,
          sequence,
          time: new Date(atMs).toISOString(),
        });
        const { data } = JSON.parse(body);
        expect((data.order ?? data.checkout).id).toBe(subject);
      }
    });

    test('Each type of event occurs, and each event has what the schema of its type says', async () => {
      const { fixture, store } = context();
      const everything = await subscribe();
      await liveLives();
      await unwrap(store.events.sendTest(everything, fixture.now()));
      expect(new Set(typesOf(await hearAll(everything)))).toEqual(new Set(shownEventTypes));
    });

    test('Without a subscription nothing is written, and a new one hears only what comes after it', async () => {
      const { fixture, world } = context();
      await liveLives();
      const late = await subscribe();
      expect(await backlogOf(late)).toMatchObject({ events: 0 });
      world.advance(1);
      const order = await fixture.placeOrder(await fixture.createProduct());
      expect(typesOf(await hearAll(late))).toEqual(['order.placed']);
      expect(order.status).toBe('pending');
    });

    test('A subscription hears the types that it wants, and another one the others', async () => {
      const types: readonly EventType[] = ['order.paid', 'checkout.declined', 'refund.failed'];
      const others = eventTypes.filter((type) => !types.includes(type));
      const [some, rest] = [await subscribe(types), await subscribe(others)];
      await liveLives();
      expect(new Set(typesOf(await hearAll(some)))).toEqual(new Set(types));
      expect(new Set(typesOf(await hearAll(rest)))).toEqual(new Set(others));
    });

    test('A checkout of several orders has one event for each outcome, with a sequence that rises', async () => {
      const { fixture } = context();
      const everything = await subscribe();
      const product = await fixture.createProduct();
      const orders = await fixture.placeOrders([product, product, product]);
      const request = fixture.checkoutRequest(orders);
      await fixture.recordOutcome(await fixture.claimCheckout(request), providerUnavailable);
      const { checkoutId } = await fixture.claimCheckout(request).then(async (claim) => {
        await fixture.recordOutcome(claim, succeeded);
        return claim;
      });
      const events = eventsOf(await hearAll(everything), checkoutId);
      expect(typesOf(events)).toEqual(['checkout.cancelled', 'checkout.succeeded']);
      const sequences = events.map(({ sequence }) => sequence);
      expect(sequences).toEqual([...new Set(sequences)].toSorted((one, other) => one - other));
      const [, paid] = events.map(({ body }) => JSON.parse(body).data.checkout);
      expect(paid).toMatchObject({
        status: 'succeeded',
        payment: { status: 'succeeded', reference: 'ch_1' },
      });
      expect(paid.orders.map(({ id, status }: Order) => [id, status])).toEqual(
        orders.map(({ id }) => [id, 'paid']),
      );
    });

    test('The refund of a late charge is an event of its checkout', async () => {
      const { fixture, store } = context();
      const everything = await subscribe(['checkout.declined', 'refund.succeeded', 'refund.failed']);
      const order = await fixture.placeOrder(await fixture.createProduct());
      const claim = await fixture.claimCheckout(fixture.checkoutRequest([order]));
      await fixture.recordOutcome(claim, declined);
      const response = defined(fixture.outcomeRecord(claim, declined).response);
      const refund = { refundId: fixture.newId(), taskId: fixture.newId(), paymentId: claim.checkoutId };
      const late = { ...refund, reference: 'ch_late', response };
      await unwrap(store.refunds.refundLateCharge(late, fixture.now()));
      await fixture.finishRefund(refund.refundId, refundSucceeded);
      await fixture.finishRefund(refund.refundId, refundFailed);
      const events = await hearAll(everything);
      expect(typesOf(events)).toEqual(['checkout.declined', 'refund.succeeded', 'refund.failed']);
      expect(events.map(({ subject }) => subject)).toEqual(Array(3).fill(claim.checkoutId));
      expect(JSON.parse(defined(events[1]).body).data.checkout.status).toBe('refunded');
    });

    test('An event that is rendered after hundreds of changes shows its order as it was', async () => {
      const { fixture } = context();
      const everything = await subscribe(['order.paid', 'order.refunded']);
      const { id: orderId, checkoutId } = await fixture.placePaidOrder(await fixture.createProduct());
      for (let count = 0; count < shownStates + 20; count++)
        await fixture.finishRefund((await fixture.requestRefund(orderId, 1)).id, refundFailed);
      await fixture.finishRefund((await fixture.requestRefund(orderId)).id, refundSucceeded);
      const [paid, refunded] = (await hearAll(everything)).map(({ body }) => JSON.parse(body).data.order);
      expect(paid).toMatchObject({ status: 'paid', checkoutId });
      expect(paid.history[0]).toMatchObject({ seq: 1, state: 'pending' });
      expect(refunded).toMatchObject({ status: 'refunded', checkoutId });
      expect(refunded.history).toHaveLength(shownStates);
    });

    test('The body shows the order as it stood at the event, however late it is rendered', async () => {
      const { fixture, store, world } = context();
      const everything = await subscribe();
      const placed = await fixture.placeOrder(await fixture.createProduct());
      const { id: orderId, customerId, total } = placed;
      const placedAtMs = fixture.now();
      world.advance(1_000);
      await unwrap(store.orders.changeQuantity({ orderId, customerId, quantity: 3 }, fixture.now()));
      world.advance(1_000);
      await fixture.pay([await fixture.findOrder(orderId)]);
      const { leases } = await fixture.claimTasks('physical');
      await fixture.report(defined(leases[0]), mailDone);
      const orders = eventsOf(await hearAll(everything), orderId).map(({ type, body }) => ({
        type,
        ...JSON.parse(body).data.order,
      }));
      expect(orders[0]).toMatchObject({
        ...{ type: 'order.placed', status: 'pending', quantity: 1, checkoutId: null, number: null },
        ...{ total, updatedAt: new Date(placedAtMs).toISOString() },
        history: [{ seq: 1, state: 'pending', at: new Date(placedAtMs).toISOString() }],
      });
      expect(orders[1]).toMatchObject({ type: 'order.step', status: 'pending', quantity: 3 });
      expect(orders.map(({ status }) => status)).toEqual([
        ...['pending', 'pending', 'paid', 'paid', 'paid', 'completed', 'completed'],
      ]);
      const { checkoutId, number } = await fixture.findOrder(orderId);
      expect(orders[2]).toMatchObject({ type: 'order.paid', quantity: 3, checkoutId, number });
    });
  });
};
