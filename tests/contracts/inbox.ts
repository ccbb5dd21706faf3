import { describe, expect, test } from 'bun:test';
import type { InboxItem } from '../../core/inbox.ts';
import { providerEventPipeline } from '../../core/pipelines/providerEvent.ts';
import type { ProviderEvent } from '../../core/provider.ts';
import { defined, unwrap } from './fixture.ts';
import { shuffled } from './shuffled.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

const dayMs = 24 * 3_600_000;

/** Events of payment providers, stored once each with a task. */
export const inboxContract = (name: string, open: OpenStore): void => {
  describe(`${name}: inbox`, () => {
    const context = useFreshStore(open);

    const receive = (items: readonly InboxItem[]) =>
      unwrap(context().store.inbox.receive(items, context().fixture.now()));

    /** The ids of the events that have a task. */
    const eventsWithTask = async () =>
      (await context().fixture.listTasks({ pipeline: 'provider_event' })).map(({ jobId }) => jobId);

    test.each<ProviderEvent['subject']>([
      { kind: 'payment', paymentId: 'p1', reference: 'pi_1', succeeded: true },
      { kind: 'payment', paymentId: null, reference: 'pi_2', succeeded: false },
      {
        ...{ kind: 'refund', refundId: 'r1', reference: 're_1', chargeReference: 'pi_1' },
        failure: 'closed — thẻ “đã” khoá \u0000',
      },
      { kind: 'refund', refundId: null, reference: null, chargeReference: null, failure: null },
      { kind: 'other' },
    ])('An event is stored unchanged: %j', async (subject) => {
      const { fixture, store } = context();
      const item = fixture.inboxItem({ subject });
      expect(await receive([item])).toEqual([true]);
      expect(await unwrap(store.inbox.find(item.id))).toEqual(item.event);
      expect(await unwrap(store.inbox.find(fixture.newId()))).toBeNull();
      expect(await eventsWithTask()).toEqual([item.id]);
    });

    test('An event without a task is kept once', async () => {
      const { fixture, store } = context();
      const item = { ...fixture.inboxItem(), taskId: null };
      expect(await receive([item])).toEqual([true]);
      expect(await receive([{ ...item, id: fixture.newId(), taskId: fixture.newId() }])).toEqual([false]);
      expect(await unwrap(store.inbox.find(item.id))).toEqual(item.event);
      expect(await eventsWithTask()).toEqual([]);
    });

    test('An event with a lone surrogate in its type or id is stored', async () => {
      const item = context().fixture.inboxItem();
      const withSurrogate = {
        ...item,
        event: { ...item.event, id: `${item.event.id} \ud83d`, type: 'half \ud83d' },
      };
      expect(await receive([withSurrogate])).toEqual([true]);
      expect(await receive([{ ...withSurrogate, id: context().fixture.newId() }])).toEqual([false]);
    });

    test('A repeated event is not new, in the same batch or a later one', async () => {
      const { fixture, store } = context();
      const [one, two, three] = [fixture.inboxItem(), fixture.inboxItem(), fixture.inboxItem()];
      const repeat = (item: typeof one) => ({ ...item, id: fixture.newId(), taskId: fixture.newId() });
      const [oneAgain, twoAgain] = [repeat(one), repeat(two)];
      expect(await receive([one, two, oneAgain])).toEqual([true, true, false]);
      expect(await receive([twoAgain, three, repeat(three), repeat(one)])).toEqual([
        false,
        true,
        false,
        false,
      ]);
      expect(await unwrap(store.inbox.find(oneAgain.id))).toBeNull();
      expect(await unwrap(store.inbox.find(twoAgain.id))).toBeNull();
      expect((await eventsWithTask()).toSorted()).toEqual([one.id, two.id, three.id].toSorted());
      expect(await receive([])).toEqual([]);
    });

    test('Two providers can send events with the same id', async () => {
      const { fixture } = context();
      const item = fixture.inboxItem();
      const other = { ...item, id: fixture.newId(), taskId: fixture.newId(), provider: 'another' };
      expect(await receive([item, other])).toEqual([true, true]);
    });

    test('An event that was processed creates no second task', async () => {
      const { fixture } = context();
      const item = fixture.inboxItem();
      await receive([item]);
      await fixture.reportJob(defined((await fixture.claimJobs(providerEventPipeline))[0]), { kind: 'done' });
      expect(await receive([{ ...item, id: fixture.newId(), taskId: fixture.newId() }])).toEqual([false]);
      expect(await eventsWithTask()).toEqual([]);
    });

    test('Events that are received many times at once are stored once', async () => {
      const { fixture, world } = context();
      const items = Array.from({ length: 30 }, () => fixture.inboxItem());
      await fixture.openConnections();
      const sent = Array.from({ length: 8 }, () =>
        shuffled(items, world).map((item) => ({ ...item, id: fixture.newId(), taskId: fixture.newId() })),
      );
      const results = await Promise.all(sent.map(receive));
      const newItems = sent.flatMap((batch, at) => batch.filter((_, index) => results[at]?.[index]));
      expect(newItems.map(({ event }) => event.id).toSorted()).toEqual(
        items.map(({ event }) => event.id).toSorted(),
      );
      expect((await eventsWithTask()).toSorted()).toEqual(newItems.map(({ id }) => id).toSorted());
    });

    test('Retention keeps events with open tasks and those that are not old', async () => {
      const { fixture, store, world } = context();
      const [processed, unprocessed] = [fixture.inboxItem(), fixture.inboxItem()];
      await receive([processed]);
      await fixture.reportJob(defined((await fixture.claimJobs(providerEventPipeline))[0]), { kind: 'done' });
      await receive([unprocessed]);
      const isStoredAfterDrop = async () => {
        const beforeMs = fixture.now() - 31 * dayMs;
        await unwrap(store.dropOld({ kind: 'providerEvents', beforeMs, limit: 10 }));
        const found = await Promise.all(
          [processed, unprocessed].map(({ id }) => unwrap(store.inbox.find(id))),
        );
        return found.map((event) => event !== null);
      };
      expect(await isStoredAfterDrop()).toEqual([true, true]);
      world.advance(30 * dayMs);
      expect(await isStoredAfterDrop()).toEqual([true, true]);
      const recent = fixture.inboxItem();
      await receive([recent]);
      world.advance(2 * dayMs);
      expect(await isStoredAfterDrop()).toEqual([false, true]);
      expect(await unwrap(store.inbox.find(recent.id))).toEqual(recent.event);

      await fixture.reportJob(defined((await fixture.claimJobs(providerEventPipeline, { limit: 1 }))[0]), {
        kind: 'done',
      });
      expect(await isStoredAfterDrop()).toEqual([false, false]);
    });
  });
};
