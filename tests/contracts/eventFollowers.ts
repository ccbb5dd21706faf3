import { describe, expect, test } from 'bun:test';
import { createEventFixture, typesOf } from './eventFixture.ts';
import { defined, unwrap } from './fixture.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

const failureMs = 3_600_000;

/** What becomes of the later events of an order while an earlier one fails. */
export const eventFollowersContract = (name: string, open: OpenStore): void => {
  describe(`${name}: events behind one that fails`, () => {
    const context = useFreshStore(open);
    const { subscribe, claim, report } = createEventFixture(context);

    const subscribeAndPay = async () => {
      const { fixture } = context();
      const id = await subscribe(['order.placed', 'order.paid']);
      await fixture.payAlone(await fixture.placeOrders([await fixture.createProduct()]));
      return id;
    };
    const isDue = async (): Promise<boolean> => {
      const { fixture, store } = context();
      return (await unwrap(store.events.due(fixture.now()))).length > 0;
    };
    const failed = () => ({ kind: 'failed', dueAtMs: context().fixture.now() + failureMs }) as const;

    test('They wait as long as it does, so that no claim reads them, and then come after it', async () => {
      const { world } = context();
      const id = await subscribeAndPay();
      await report(id, await claim(id), failed());
      expect(await isDue()).toBe(false);
      world.advance(failureMs - 1);
      expect(await isDue()).toBe(false);
      world.advance(1);
      const again = await claim(id);
      expect(typesOf(again)).toEqual(['order.placed']);
      await report(id, again);
      expect(typesOf(await claim(id))).toEqual(['order.paid']);
    });

    test('They do not wait for a report under an old lease', async () => {
      const { world } = context();
      const id = await subscribeAndPay();
      const old = await claim(id);
      world.advance(30_000);
      const current = await claim(id);
      expect(await report(id, old, failed())).toBe(0);
      await report(id, current);
      expect(typesOf(await claim(id))).toEqual(['order.paid']);
    });

    test('They come at once after it if it is sent again by hand before its time', async () => {
      const { fixture, store } = context();
      const id = await subscribeAndPay();
      const attempt = { atMs: fixture.now(), responseStatus: 503, error: 'HTTP 503' };
      const first = await claim(id);
      await report(id, first, failed(), attempt);
      const delivery = { subscriptionId: id, id: defined(first[0]).id };
      expect(await unwrap(store.deliveries.resend(delivery, fixture.now()))).toBe(true);
      await report(id, await claim(id));
      expect(typesOf(await claim(id))).toEqual(['order.paid']);
    });

    test('One that has failed itself waits on if the one before it is sent again by hand', async () => {
      const { fixture, store, world } = context();
      const id = await subscribeAndPay();
      const attempt = { atMs: fixture.now(), responseStatus: 200, error: null };
      const first = await claim(id);
      await report(id, first, { kind: 'delivered' }, attempt);
      await report(id, await claim(id), failed());
      const delivery = { subscriptionId: id, id: defined(first[0]).id };
      expect(await unwrap(store.deliveries.resend(delivery, fixture.now()))).toBe(true);
      await report(id, await claim(id));
      expect(await claim(id)).toEqual([]);
      world.advance(failureMs);
      expect(typesOf(await claim(id))).toEqual(['order.paid']);
    });
  });
};
