import { describe, expect, test } from 'bun:test';
import { resumeWithinMs } from '../../core/subscription.ts';
import { createEventFixture } from './eventFixture.ts';
import { defined, unwrap } from './fixture.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

const hourMs = 3_600_000;

/** What an operator does about events that have failed. */
export const eventRestartsContract = (name: string, open: OpenStore): void => {
  describe(`${name}: failed events that an operator lets go on`, () => {
    const context = useFreshStore(open);
    const { subscribe, claim, report } = createEventFixture(context);

    /** Claims what is due and lets it fail. Returns the id of the event. */
    const fail = async (id: string, waitMs: number): Promise<string> => {
      const { fixture } = context();
      const [event] = await claim(id);
      const attempt = { atMs: fixture.now(), responseStatus: 503, error: 'HTTP 503' };
      const dueAtMs = fixture.now() + waitMs;
      await report(id, [defined(event)], { kind: 'failed', dueAtMs }, attempt);
      return defined(event).id;
    };
    const placeFailed = async (failures: number) => {
      const { fixture, world } = context();
      const id = await subscribe(['order.placed']);
      await fixture.placeOrder(await fixture.createProduct());
      for (let failed = 1; failed < failures; failed++) {
        await fail(id, 2 * hourMs);
        world.advance(2 * hourMs);
      }
      return { id, eventId: await fail(id, 2 * hourMs) };
    };
    const resume = async (id: string) => {
      const { fixture, store } = context();
      await unwrap(store.subscriptions.change({ id, paused: false }, fixture.now()));
    };

    test('When a subscription goes on, the attempts of what has failed count from the beginning', async () => {
      const { world } = context();
      const { id } = await placeFailed(3);
      await resume(id);
      world.advance(resumeWithinMs);
      expect(await claim(id)).toMatchObject([{ attempts: 0 }]);
    });

    test('They do so too if the subscription goes on long after the time of the next attempt', async () => {
      const { fixture, store, world } = context();
      const { id } = await placeFailed(3);
      const other = await subscribe(['order.placed']);
      await unwrap(store.subscriptions.change({ id, paused: true }, fixture.now()));
      world.advance(100 * hourMs);
      await resume(other);
      await resume(id);
      expect(await claim(id)).toMatchObject([{ attempts: 0 }]);
    });

    test('The attempts of a subscription count on while another one goes on', async () => {
      const { world } = context();
      const { id } = await placeFailed(3);
      await resume(await subscribe());
      world.advance(2 * hourMs);
      expect(await claim(id)).toMatchObject([{ attempts: 3 }]);
    });

    test('The attempts of an event that is sent again by hand count from the beginning', async () => {
      const { fixture, store } = context();
      const { id, eventId } = await placeFailed(3);
      await unwrap(store.deliveries.resend({ subscriptionId: id, id: eventId }, fixture.now()));
      expect(await claim(id)).toMatchObject([{ id: eventId, attempts: 0 }]);
    });

    test('A test event does not wait for the next attempt of an earlier one that has failed', async () => {
      const { fixture, store, world } = context();
      const id = await subscribe();
      const sendTest = () => unwrap(store.events.sendTest(id, fixture.now()));
      await sendTest();
      const first = await fail(id, 12 * hourMs);
      world.advance(hourMs);
      await sendTest();
      expect(await claim(id)).toEqual([]);
      world.advance(resumeWithinMs);
      const [again] = await claim(id);
      expect(again).toMatchObject({ id: first, attempts: 0 });
      await report(id, [defined(again)]);
      expect(await claim(id)).toMatchObject([{ type: 'test', attempts: 0 }]);
    });
  });
};
