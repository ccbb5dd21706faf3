import { describe, expect, test } from 'bun:test';
import type { DeliveryOutcome } from '../../core/delivery.ts';
import { resumeWithinMs, secretOverlapMs } from '../../core/subscription.ts';
import { createEventFixture, eventsOf, typesOf } from './eventFixture.ts';
import { declined, defined, unwrap } from './fixture.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

const dayMs = 24 * 3_600_000;

/** How events are claimed, sent again, logged and dropped. */
export const eventLeasesContract = (name: string, open: OpenStore): void => {
  describe(`${name}: leases of events`, () => {
    const context = useFreshStore(open);
    const { subscribe, claim, report, hearAll, backlogOf } = createEventFixture(context);

    const placePaid = async (count = 1) => {
      const { fixture } = context();
      const orders = await fixture.placeOrders(Array(count).fill(await fixture.createProduct()));
      await fixture.payAlone(orders);
      return orders;
    };

    test('Of each order only its next event is in flight, and different orders go in parallel', async () => {
      const id = await subscribe(['order.placed', 'order.paid']);
      const orders = await placePaid(3);
      const first = await claim(id);
      expect(typesOf(first)).toEqual(Array(3).fill('order.placed'));
      expect(new Set(first.map(({ subject }) => subject))).toEqual(new Set(orders.map((order) => order.id)));
      expect(await claim(id)).toEqual([]);
      await report(id, first.slice(0, 1));
      const next = await claim(id);
      expect(next).toMatchObject([{ type: 'order.paid', subject: defined(first[0]).subject }]);
    });

    test('Claims that run at once never lease the same event', async () => {
      const { fixture } = context();
      const id = await subscribe(['order.placed']);
      await placePaid(40);
      await fixture.openConnections();
      const batches = await Promise.all(Array.from({ length: 8 }, () => claim(id, 10)));
      const leased = batches.flat().map((event) => event.id);
      expect(new Set(leased).size).toBe(leased.length);
      const rest = await hearAll(id);
      expect(leased.length + rest.length).toBe(40);
    });

    test('An event whose lease has expired is claimed anew, and the old lease changes nothing', async () => {
      const { world } = context();
      const id = await subscribe(['order.placed', 'order.paid']);
      await placePaid();
      const paused = await claim(id);
      world.advance(30_000);
      const [again] = await claim(id);
      expect(again).toMatchObject({ id: defined(paused[0]).id, body: defined(paused[0]).body });
      expect(await report(id, paused)).toBe(0);
      expect(await report(id, paused, { kind: 'failed', dueAtMs: 0 })).toBe(0);
      expect(await claim(id)).toEqual([]);
      expect(await report(id, [defined(again)])).toBe(1);
      expect(await report(id, [defined(again)])).toBe(0);
      expect(typesOf(await claim(id))).toEqual(['order.paid']);
    });

    test('A failed event is sent again at its time as it was, and its order waits for it', async () => {
      const { fixture, world } = context();
      const id = await subscribe(['order.placed', 'order.paid', 'order.cancelled']);
      const waiting = await fixture.placeOrder(await fixture.createProduct());
      const [sent] = await claim(id);
      const dueAtMs = fixture.now() + 5_000;
      expect(await report(id, [defined(sent)], { kind: 'failed', dueAtMs })).toBe(1);
      await unwrap(context().store.orders.cancel(waiting.id, waiting.customerId, fixture.now()));
      await placePaid();
      world.advance(4_999);
      expect(eventsOf(await hearAll(id), waiting.id)).toEqual([]);
      world.advance(1);
      const [again] = await claim(id);
      expect(again).toMatchObject({ subject: waiting.id, attempts: 1, body: defined(sent).body });
      await report(id, [defined(again)]);
      expect(typesOf(await hearAll(id))).toEqual(['order.cancelled']);
    });

    test('What an attempt has sent is sent again, though a later checkout has taken the order since', async () => {
      const { fixture, store, world } = context();
      const [logged, other] = [await subscribe(['order.step']), await subscribe(['order.step'])];
      const placed = await fixture.placeOrder(await fixture.createProduct());
      const { id: orderId, customerId } = placed;
      const first = await fixture.claimCheckout(fixture.checkoutRequest([placed]));
      await fixture.recordOutcome(first, declined);
      await unwrap(store.orders.changeQuantity({ orderId, customerId, quantity: 2 }, fixture.now()));
      const sent = { logged: defined((await claim(logged))[0]), other: defined((await claim(other))[0]) };
      const attempt = { atMs: fixture.now(), responseStatus: 503, error: 'HTTP 503' };
      const failed = { kind: 'failed', dueAtMs: fixture.now() + 5_000 } as const;
      await report(logged, [sent.logged], failed, attempt);
      await report(other, [sent.other], failed);
      const second = await fixture.claimCheckout(fixture.checkoutRequest([await fixture.findOrder(orderId)]));
      world.advance(5_000);
      const again = { logged: defined((await claim(logged))[0]), other: defined((await claim(other))[0]) };
      expect(again.logged).toMatchObject({ id: sent.logged.id, body: sent.logged.body, attempts: 1 });
      expect(JSON.parse(again.logged.body).data.order.checkoutId).toBe(first.checkoutId);
      // One that no log has is rendered anew: with the same history, and with the order's checkout of now.
      expect(again.other.id).toBe(sent.other.id);
      const { order } = JSON.parse(again.other.body).data;
      expect(order.checkoutId).toBe(second.checkoutId);
      expect(order.history).toEqual(JSON.parse(sent.other.body).data.order.history);
    });

    test('A released event can be claimed at once and has no attempt counted', async () => {
      const id = await subscribe(['order.placed']);
      await placePaid();
      await report(id, await claim(id), { kind: 'released' });
      expect(await claim(id)).toMatchObject([{ attempts: 0 }]);
    });

    test('A subscription is due while it has due events, is not paused and need not wait', async () => {
      const { fixture, store } = context();
      const id = await subscribe(['order.placed']);
      const dueIds = async () => (await unwrap(store.events.due(fixture.now()))).map((each) => each.id);
      expect(await dueIds()).toEqual([]);
      await placePaid();
      expect(await dueIds()).toEqual([id]);
      const other = await subscribe(['order.placed']);
      expect(await unwrap(store.events.due(fixture.now(), id))).toMatchObject([{ id }]);
      expect(await unwrap(store.events.due(fixture.now(), other))).toEqual([]);
      await unwrap(store.subscriptions.change({ id, paused: true }, fixture.now()));
      expect(await dueIds()).toEqual([]);
      await unwrap(store.subscriptions.change({ id, paused: false }, fixture.now()));
      const health = {
        failures: 2,
        failingSinceMs: fixture.now(),
        retryAtMs: fixture.now() + 1,
        pauseReason: null,
      };
      await unwrap(store.events.report(id, [], health));
      expect(await dueIds()).toEqual([]);
      context().world.advance(1);
      const [{ failures, failingSinceMs, secrets } = {}] = await unwrap(store.events.due(fixture.now()));
      expect({ failures, failingSinceMs, secrets }).toEqual({
        ...{ failures: 2, failingSinceMs: fixture.now() - 1, secrets: ['whsec_1'] },
      });
    });

    test('A subscription that is paused for its failures says why, until it goes on', async () => {
      const { fixture, store } = context();
      const id = await subscribe();
      const nowMs = fixture.now();
      const failing = { failures: 9, failingSinceMs: nowMs, retryAtMs: nowMs + dayMs, pauseReason: 'gone' };
      await unwrap(store.events.report(id, [], failing));
      expect(await unwrap(store.subscriptions.find(id))).toMatchObject({ paused: true, pauseReason: 'gone' });
      await placePaid();
      const resumed = await unwrap(store.subscriptions.change({ id, paused: false }, nowMs));
      expect(resumed).toMatchObject({ paused: false, pauseReason: null });
      expect(await unwrap(store.events.due(nowMs))).toMatchObject([
        { id, failures: 0, failingSinceMs: null },
      ]);
    });

    test('When a subscription goes on, what has failed is sent within a minute, and what is in flight not twice', async () => {
      const { fixture, store, world } = context();
      const [id, other] = [await subscribe(['order.placed']), await subscribe(['order.placed'])];
      await placePaid(2);
      const dueAtMs = fixture.now() + 12 * 3_600_000;
      for (const each of [id, other]) {
        const [failed] = await claim(each);
        await report(each, [defined(failed)], { kind: 'failed', dueAtMs });
      }
      await unwrap(store.subscriptions.change({ id, paused: true }, fixture.now()));
      await unwrap(store.subscriptions.change({ id, paused: false }, fixture.now()));
      expect(await claim(id)).toEqual([]);
      world.advance(resumeWithinMs - 1);
      expect(await claim(id)).toHaveLength(1);
      world.advance(1);
      expect(await claim(id)).toHaveLength(1);
      expect(await claim(other)).toHaveLength(1);
    });

    test('A new secret stands before the last one, which counts for a day, and a third ends the first', async () => {
      const { fixture, store, world } = context();
      const id = await subscribe(['order.placed']);
      await placePaid();
      const secrets = async () => defined((await unwrap(store.events.due(fixture.now())))[0]).secrets;
      const secretsAfter = async (secret: string) => {
        await unwrap(store.subscriptions.change({ id, secret }, fixture.now()));
        return secrets();
      };
      expect(await secretsAfter('whsec_2')).toEqual(['whsec_2', 'whsec_1']);
      expect(await secretsAfter('whsec_3')).toEqual(['whsec_3', 'whsec_2']);
      world.advance(secretOverlapMs - 1);
      await unwrap(store.subscriptions.change({ id, types: ['order.paid'] }, fixture.now()));
      expect(await secrets()).toEqual(['whsec_3', 'whsec_2']);
      world.advance(1);
      expect(await secrets()).toEqual(['whsec_3']);
    });

    test('Kafka has one subscription for a topic, whichever process starts first', async () => {
      const topic = { kind: 'kafka', target: 'orders', secret: null } as const;
      const first = await subscribe(['order.paid'], topic);
      expect(await subscribe(['order.paid'], topic)).toBe(first);
      expect(await unwrap(context().store.subscriptions.list('kafka'))).toMatchObject([{ id: first }]);
      expect(await unwrap(context().store.subscriptions.list('webhook'))).toEqual([]);
    });

    test('Old events are dropped and counted for each subscription, and later ones stay', async () => {
      const { fixture, store, world } = context();
      const [one, other] = [await subscribe(['order.placed', 'order.paid']), await subscribe(['order.paid'])];
      await placePaid(2);
      world.advance(dayMs);
      await placePaid();
      const drop = (limit: number) => unwrap(store.events.drop(fixture.now(), limit));
      const counts = [await drop(3), await drop(3), await drop(3)];
      expect(counts).toEqual([
        [
          { subscriptionId: one, events: 3 },
          { subscriptionId: other, events: 2 },
        ],
        [{ subscriptionId: one, events: 1 }],
        [],
      ]);
      expect(await backlogOf(one)).toMatchObject({ events: 2, oldestAtMs: fixture.now() });
      expect(await backlogOf(other)).toMatchObject({ events: 1 });
    });

    test('A subscription that ends takes its events and deliveries with it', async () => {
      const { fixture, store } = context();
      const [ended, other] = [await subscribe(), await subscribe()];
      await placePaid();
      const attempt = { atMs: fixture.now(), responseStatus: 204, error: null };
      await report(ended, await claim(ended), { kind: 'delivered' }, attempt);
      await unwrap(store.subscriptions.end(ended, fixture.now()));
      expect(await unwrap(store.subscriptions.find(ended))).toBeNull();
      expect(await backlogOf(ended)).toBeUndefined();
      expect(await claim(ended)).toEqual([]);
      const query = { subscriptionId: ended, outcome: null, after: null, limit: 9 };
      expect((await unwrap(store.deliveries.list(query))).items).toEqual([]);
      expect(await hearAll(other)).not.toEqual([]);
    });

    test('The log of deliveries has the last attempt of each event, newest first, and sends one again', async () => {
      const { fixture, store, world } = context();
      const id = await subscribe(['order.placed']);
      await placePaid(2);
      const events = await claim(id);
      const [failed, delivered] = events.map((event) => defined(event));
      const refusal = { atMs: fixture.now(), responseStatus: 503, error: 'HTTP 503' };
      const due = () => ({ kind: 'failed', dueAtMs: fixture.now() + 5_000 }) as const;
      await report(id, [defined(failed)], due(), refusal);
      world.advance(5_000);
      const success = { atMs: fixture.now(), responseStatus: 200, error: null };
      await report(id, [defined(delivered)], { kind: 'delivered' }, success);
      await report(id, await claim(id), due(), { ...refusal, atMs: fixture.now() });
      const list = async (after: string | null, limit: number, outcome: DeliveryOutcome | null = null) =>
        unwrap(store.deliveries.list({ subscriptionId: id, outcome, after, limit }));
      const { items } = await list(null, 9);
      expect(items.map((each) => each.id)).toEqual(
        events.map((each) => each.id).toSorted((one, other) => (one < other ? 1 : -1)),
      );
      expect(items.find((each) => each.id === delivered?.id)).toEqual({
        ...{ id: defined(delivered).id, type: 'order.placed', subject: defined(delivered).subject },
        ...{ sequence: defined(delivered).sequence, eventAtMs: defined(delivered).atMs, attempts: 1 },
        ...{ deliveredAtMs: fixture.now(), lastAttempt: success },
      });
      expect(items.find((each) => each.id === failed?.id)).toMatchObject({
        ...{ attempts: 2, deliveredAtMs: null, lastAttempt: { ...refusal, atMs: fixture.now() } },
      });
      const page = await list(null, 1);
      expect((await list(page.next, 1)).items).toEqual(items.slice(1));
      expect((await list(null, 9, 'failed')).items.map((each) => each.id)).toEqual([defined(failed).id]);
      expect((await list(null, 9, 'delivered')).items.map((each) => each.id)).toEqual([
        defined(delivered).id,
      ]);
      expect((await list(defined(failed).id, 9, 'failed')).items).toEqual([]);

      const resend = (deliveryId: string) =>
        unwrap(store.deliveries.resend({ subscriptionId: id, id: deliveryId }, fixture.now()));
      expect(await resend(fixture.newId())).toBe(false);
      expect(await resend(defined(delivered).id)).toBe(true);
      const [again] = await claim(id);
      expect(again).toMatchObject({ id: defined(delivered).id, body: defined(delivered).body });
    });

    test('A test event reaches only the endpoint that it is for', async () => {
      const { fixture, store } = context();
      const [tried, other] = [await subscribe(['order.paid']), await subscribe()];
      const command = {
        actor: { id: 'op', email: 'op@example.com' },
        requestId: 'r',
        createId: fixture.newId,
      };
      await unwrap(store.events.sendTest(tried, fixture.now(), command));
      expect(await hearAll(tried)).toMatchObject([{ kind: 'test', type: 'test', subject: tried }]);
      expect(await hearAll(other)).toEqual([]);
      await unwrap(store.events.sendTest(fixture.newId(), fixture.now()));
    });
  });
};
