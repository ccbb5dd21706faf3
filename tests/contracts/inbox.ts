import { describe, expect, test } from 'bun:test';
import type { InboxItem } from '../../core/inbox.ts';
import { providerEvent } from '../../core/pipelines/providerEvent.ts';
import type { ProviderEvent } from '../../core/provider.ts';
import { freshPlace, type Open } from './open.ts';
import { known, shuffled, value } from './shop.ts';

const dayMs = 24 * 3_600_000;

export const inboxContract = (name: string, open: Open): void => {
  describe(`${name}: inbox`, () => {
    const place = freshPlace(open);

    const receive = (items: readonly InboxItem[]) =>
      value(place().store.inbox.receive(items, place().shop.now()));

    /** How many jobs are there, and the ids of what they are for. */
    const owed = async () =>
      (await place().shop.tasks({ pipeline: 'provider_event' })).map(({ jobId }) => jobId);

    test.each<ProviderEvent['subject']>([
      { kind: 'payment', paymentId: 'p1', reference: 'pi_1', succeeded: true },
      { kind: 'payment', paymentId: null, reference: 'pi_2', succeeded: false },
      { kind: 'refund', refundId: 'r1', failure: 'closed — thẻ “đã” khoá \u0000' },
      { kind: 'refund', refundId: null, failure: null },
      { kind: 'other' },
    ])('an event is kept as it was told: %j', async (subject) => {
      const { shop, store } = place();
      const item = shop.told({ subject });
      expect(await receive([item])).toEqual([true]);
      expect(await value(store.inbox.find(item.id))).toEqual(item.event);
      expect(await value(store.inbox.find(shop.freshId()))).toBeNull();
      expect(await owed()).toEqual([item.id]);
    });

    test('half a character in its type or id is no hindrance', async () => {
      const item = place().shop.told();
      const halved = {
        ...item,
        event: { ...item.event, id: `${item.event.id} \ud83d`, type: 'half \ud83d' },
      };
      expect(await receive([halved])).toEqual([true]);
      expect(await receive([{ ...halved, id: place().shop.freshId() }])).toEqual([false]);
    });

    test('the same event again is no new one, in one batch or another', async () => {
      const { shop, store } = place();
      const [one, two, three] = [shop.told(), shop.told(), shop.told()];
      const again = (item: typeof one) => ({ ...item, id: shop.freshId(), taskId: shop.freshId() });
      const [oneAgain, twoAgain] = [again(one), again(two)];
      expect(await receive([one, two, oneAgain])).toEqual([true, true, false]);
      expect(await receive([twoAgain, three, again(three), again(one)])).toEqual([false, true, false, false]);
      expect(await value(store.inbox.find(oneAgain.id))).toBeNull();
      expect(await value(store.inbox.find(twoAgain.id))).toBeNull();
      expect((await owed()).toSorted()).toEqual([one.id, two.id, three.id].toSorted());
      expect(await receive([])).toEqual([]);
    });

    test('an id is the provider’s own: another one may have it too', async () => {
      const { shop } = place();
      const item = shop.told();
      const other = { ...item, id: shop.freshId(), taskId: shop.freshId(), provider: 'another' };
      expect(await receive([item, other])).toEqual([true, true]);
    });

    test('what was acted on is not told again', async () => {
      const { shop } = place();
      const item = shop.told();
      await receive([item]);
      await shop.reportJob(known((await shop.takeJobs(providerEvent))[0]), { kind: 'done' });
      expect(await receive([{ ...item, id: shop.freshId(), taskId: shop.freshId() }])).toEqual([false]);
      expect(await owed()).toEqual([]);
    });

    test('events sent to many at once, in any order, are taken in once', async () => {
      const { shop, world } = place();
      const items = Array.from({ length: 30 }, () => shop.told());
      await shop.crowd();
      const sent = Array.from({ length: 8 }, () =>
        shuffled(items, world).map((item) => ({ ...item, id: shop.freshId(), taskId: shop.freshId() })),
      );
      const answers = await Promise.all(sent.map(receive));
      const fresh = sent.flatMap((batch, at) => batch.filter((_, index) => answers[at]?.[index]));
      expect(fresh.map(({ event }) => event.id).toSorted()).toEqual(
        items.map(({ event }) => event.id).toSorted(),
      );
      expect((await owed()).toSorted()).toEqual(fresh.map(({ id }) => id).toSorted());
    });

    test('pruning keeps what still has work to do, and all of the last month', async () => {
      const { shop, store, world } = place();
      const [acted, owing] = [shop.told(), shop.told()];
      await receive([acted]);
      await shop.reportJob(known((await shop.takeJobs(providerEvent))[0]), { kind: 'done' });
      await receive([owing]);
      const kept = async () => {
        await value(store.prune(shop.now()));
        const found = await Promise.all([acted, owing].map(({ id }) => value(store.inbox.find(id))));
        return found.map((event) => event !== null);
      };
      expect(await kept()).toEqual([true, true]);
      world.advance(30 * dayMs);
      expect(await kept()).toEqual([true, true]);
      const young = shop.told();
      await receive([young]);
      world.advance(2 * dayMs);
      expect(await kept()).toEqual([false, true]);
      expect(await value(store.inbox.find(young.id))).toEqual(young.event);

      await shop.reportJob(known((await shop.takeJobs(providerEvent, { limit: 1 }))[0]), { kind: 'done' });
      expect(await kept()).toEqual([false, false]);
    });
  });
};
