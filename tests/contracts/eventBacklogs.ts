import { describe, expect, test } from 'bun:test';
import { createEventFixture } from './eventFixture.ts';
import { unwrap } from './fixture.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

const dayMs = 24 * 3_600_000;

/** How far subscriptions are behind, and how the log of their deliveries ends. */
export const eventBacklogsContract = (name: string, open: OpenStore): void => {
  describe(`${name}: backlogs of events`, () => {
    const context = useFreshStore(open);
    const { subscribe, claim, report } = createEventFixture(context);

    const placePaid = async (count: number) => {
      const { fixture } = context();
      await fixture.payAlone(await fixture.placeOrders(Array(count).fill(await fixture.createProduct())));
    };

    test('How far subscriptions are behind can be asked of one of them, or of one kind', async () => {
      const { store } = context();
      const kafka = await subscribe(['order.placed'], { kind: 'kafka', target: 'orders', secret: null });
      const [one, other] = [await subscribe(['order.placed']), await subscribe(['order.paid'])];
      await placePaid(2);
      const ofThese = async (of?: Parameters<typeof store.events.backlog>[0]) =>
        (await unwrap(store.events.backlog(of))).map(({ subscription: { id }, events }) => [id, events]);
      expect(await ofThese({ id: one })).toEqual([[one, 2]]);
      expect(await ofThese({ kind: 'kafka' })).toEqual([[kafka, 2]]);
      expect(await ofThese({ kind: 'webhook' })).toEqual([
        [one, 2],
        [other, 2],
      ]);
      expect(await ofThese({ id: one, kind: 'kafka' })).toEqual([]);
      expect(await ofThese()).toHaveLength(3);
    });

    test('A backlog is counted up to a number, and then says that there are more', async () => {
      const { fixture, store, world } = context();
      const id = await subscribe(['order.placed']);
      const firstAtMs = fixture.now();
      await placePaid(1);
      world.advance(1_000);
      await placePaid(2);
      const countTo = async (countMax: number) => {
        const [{ events, isMore, oldestAtMs } = {}] = await unwrap(store.events.backlog({ id, countMax }));
        return { events, isMore, oldestAtMs };
      };
      expect(await countTo(2)).toEqual({ events: 2, isMore: true, oldestAtMs: firstAtMs });
      expect(await countTo(3)).toEqual({ events: 3, isMore: false, oldestAtMs: firstAtMs });
    });

    test('An old event is dropped in its time, although its endpoint goes on after weeks and fails again', async () => {
      const { fixture, store, world } = context();
      const id = await subscribe(['order.placed', 'order.paid']);
      await placePaid(1);
      const placedMs = fixture.now();
      await unwrap(store.subscriptions.change({ id, paused: true }, fixture.now()));
      world.advance(29 * dayMs);
      await unwrap(store.subscriptions.change({ id, paused: false }, fixture.now()));
      await report(id, await claim(id), { kind: 'failed', dueAtMs: fixture.now() + dayMs / 2 });
      expect(await unwrap(store.events.drop(placedMs, 9))).toEqual([]);
      expect(await unwrap(store.events.drop(placedMs + 1, 9))).toEqual([{ subscriptionId: id, events: 2 }]);
    });

    test('An old event is dropped in its time, although its last attempt was three days after it', async () => {
      const { fixture, store, world } = context();
      const id = await subscribe(['order.placed', 'order.paid']);
      await placePaid(1);
      const dueAtMs = fixture.now() + 3.5 * dayMs;
      await report(id, await claim(id), { kind: 'failed', dueAtMs });
      world.advance(1);
      expect(await unwrap(store.events.drop(fixture.now(), 9))).toEqual([{ subscriptionId: id, events: 2 }]);
    });

    test('Old deliveries are dropped in parts, and later ones stay', async () => {
      const { fixture, store, world } = context();
      const id = await subscribe(['order.placed']);
      const deliver = async (orders: number) => {
        await placePaid(orders);
        const attempt = { atMs: fixture.now(), responseStatus: 204, error: null };
        await report(id, await claim(id), { kind: 'delivered' }, attempt);
      };
      await deliver(5);
      world.advance(dayMs);
      await deliver(1);
      await unwrap(store.events.drop(fixture.now(), 9));
      const drop = () => unwrap(store.deliveries.drop(fixture.now(), 3));
      expect([await drop(), await drop(), await drop()]).toEqual([3, 2, 0]);
      const query = { subscriptionId: id, outcome: null, after: null, limit: 9 };
      expect((await unwrap(store.deliveries.list(query))).items).toMatchObject([
        { eventAtMs: fixture.now(), attempts: 1 },
      ]);
    });
  });
};
