import { describe, expect, test } from 'bun:test';
import { defined, type Fixture, unwrap } from './fixture.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

/** Which tasks a claim takes when more are ready than it can take. */
export const claimSharesContract = (name: string, open: OpenStore): void => {
  describe(`${name}: the shares of a claim`, () => {
    const context = useFreshStore(open);

    /** Pays orders, each in a checkout of its own, one a millisecond. Returns their tasks, oldest first. */
    const payEach = async (count: number, type = 'physical'): Promise<readonly string[]> => {
      const { fixture, world } = context();
      const product = await fixture.createProduct({ type });
      const tasks: string[] = [];
      for (const order of await fixture.placeOrders(Array(count).fill(product))) {
        world.advance(1);
        tasks.push(...(await fixture.payAlone([order])));
      }
      return tasks;
    };

    const claimIds = async (fixture: Fixture, limit: number, type = 'physical') =>
      (await fixture.claimTasks(type, { limit })).leases.map(({ taskId }) => taskId).toSorted();

    test('A claim with a backlog takes the oldest tasks, and one in eight of the newest', async () => {
      const { fixture } = context();
      const tasks = await payEach(40);
      expect(await claimIds(fixture, 16)).toEqual([...tasks.slice(0, 14), ...tasks.slice(38)].toSorted());
      expect(await claimIds(fixture, 16)).toEqual(
        [...tasks.slice(14, 28), ...tasks.slice(36, 38)].toSorted(),
      );
      expect(await claimIds(fixture, 16)).toEqual(tasks.slice(28, 36).toSorted());
      expect(await claimIds(fixture, 16)).toEqual([]);
    });

    test('A new task is claimed at once, however many wait, and the oldest are not forgotten', async () => {
      const { fixture } = context();
      const waiting = [...(await payEach(60))];
      for (let round = 0; round < 4; round++) {
        const [late = ''] = await payEach(1);
        const claimed = await claimIds(fixture, 8);
        expect(claimed).toEqual([...waiting.splice(0, 7), late].toSorted());
      }
    });

    test('A claim that can take all that is ready takes it, and each task once', async () => {
      const { fixture } = context();
      for (const count of [13, 14, 15, 16]) {
        const tasks = await payEach(count);
        expect(await claimIds(fixture, 16)).toEqual(tasks.toSorted());
        expect(await claimIds(fixture, 16)).toEqual([]);
      }
    });

    test('A task whose time has not come is not the newest', async () => {
      const { fixture, store } = context();
      const tasks = await payEach(24);
      const [oldest] = (await fixture.claimTasks('physical', { limit: 1 })).leases;
      const runAtMs = fixture.now() + 1;
      await fixture.report(defined(oldest), { kind: 'retry', error: 'later', runAtMs });
      expect(await claimIds(fixture, 8)).toEqual([...tasks.slice(1, 8), defined(tasks[23])].toSorted());
      context().world.advance(1);
      expect(await claimIds(fixture, 8)).toEqual([...tasks.slice(8, 15), defined(tasks[0])].toSorted());
      expect((await unwrap(store.queue.stats(fixture.now()))).counts).toContainEqual({
        pipeline: 'physical',
        state: 'ready',
        tasks: 8,
      });
    });

    test('A claim of jobs takes its shares from both ends too', async () => {
      const { fixture, store, world } = context();
      const taskIds: string[] = [];
      for (let count = 0; count < 30; count++) {
        world.advance(1);
        const ids = { refundId: fixture.newId(), taskId: fixture.newId() };
        const amount = { amount: 5, currency: 'VND' };
        const charge = { ...ids, reference: `pi_${ids.refundId}`, amount, reason: 'not ours' };
        await unwrap(store.refunds.refundUnknownCharge(charge, fixture.now()));
        taskIds.push(ids.taskId);
      }
      const claim = async () =>
        (await fixture.claimJobs('refund', { limit: 8 })).map(({ taskId }) => taskId).toSorted();
      expect(await claim()).toEqual([...taskIds.slice(0, 7), ...taskIds.slice(29)].toSorted());
      expect(await claim()).toEqual([...taskIds.slice(7, 14), ...taskIds.slice(28, 29)].toSorted());
    });

    test('A job whose time has not come is not the newest', async () => {
      const { fixture, store, world } = context();
      const taskIds: string[] = [];
      for (let count = 0; count < 12; count++) {
        world.advance(1);
        const item = fixture.inboxItem();
        await unwrap(store.inbox.receive([item], fixture.now()));
        taskIds.push(item.taskId);
      }
      const [oldest] = await fixture.claimJobs('provider_event', { limit: 1 });
      await fixture.reportJob(defined(oldest), { kind: 'retry', error: 'later', runAtMs: fixture.now() + 1 });
      const claimed = (await fixture.claimJobs('provider_event', { limit: 8 })).map(({ taskId }) => taskId);
      expect(claimed.toSorted()).toEqual([...taskIds.slice(1, 8), defined(taskIds[11])].toSorted());
    });

    test('Concurrent claims with a backlog lease each task once and leave none', async () => {
      const { fixture } = context();
      const tasks = await payEach(70);
      await fixture.openConnections();
      const claimed: string[] = [];
      for (let more = true; more; ) {
        const rounds = await Promise.all(Array.from({ length: 4 }, () => claimIds(fixture, 9)));
        claimed.push(...rounds.flat());
        more = rounds.some((ids) => ids.length > 0);
      }
      expect(claimed.toSorted()).toEqual(tasks.toSorted());
    });
  });
};
