import { describe, expect, test } from 'bun:test';
import { historyMs, slotMs } from '../../core/queueHistory.ts';
import { defined, refundSucceeded, unwrap } from './fixture.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

const done = { kind: 'done', detail: null } as const;

/** The last hour of the queue by ten seconds. */
export const queueHistoryContract = (name: string, open: OpenStore): void => {
  describe(`${name}: history of the queue`, () => {
    const context = useFreshStore(open);

    const record = () => unwrap(context().store.queue.recordHistory(context().fixture.now()));
    const read = () => unwrap(context().store.queue.history(context().fixture.now()));
    /** Goes to the start of a slot. */
    const startSlot = () => {
      const { world } = context();
      world.advance(slotMs - (world.clock.nowMs() % slotMs));
      return world.clock.nowMs();
    };
    const finish = async (type: string, count: number) => {
      const { fixture } = context();
      const leases = await fixture.payAndLease(Array(count).fill(await fixture.createProduct({ type })));
      for (const lease of leases) await fixture.report(lease, done);
    };

    test('The history has each slot of the last hour that is over, and none is counted without a worker', async () => {
      const startMs = startSlot();
      const slots = await read();
      expect(slots).toHaveLength(360);
      expect(slots.map(({ atMs }) => atMs)).toEqual(
        Array.from({ length: 360 }, (_, index) => startMs - historyMs + index * slotMs),
      );
      expect(slots.every(({ finished, ready }) => finished.length === 0 && ready === null)).toBe(true);
    });

    test('A slot has what finished in it by pipeline, and the ready tasks at its end', async () => {
      const { fixture, world } = context();
      const startMs = startSlot();
      await finish('physical', 2);
      world.advance(slotMs - 1);
      await finish('physical', 1);
      await finish('digital', 1);
      const order = await fixture.placePaidOrder(await fixture.createProduct({ type: 'service' }));
      const [waiting] = await fixture.payAndLease([await fixture.createProduct({ type: 'digital' })]);
      const runAtMs = fixture.now() + 60_000;
      await fixture.report(defined(waiting), { kind: 'retry', error: 'busy', runAtMs });
      const { id } = await fixture.requestRefund(order.id, 1);
      world.advance(1);
      await record();
      expect((await read()).at(-1)).toEqual({
        atMs: startMs,
        finished: [
          { pipeline: 'digital', tasks: 1 },
          { pipeline: 'physical', tasks: 3 },
        ],
        ready: 2,
      });

      const [job] = await fixture.claimJobs('refund');
      await fixture.finishRefund(id, refundSucceeded);
      await fixture.reportJob(defined(job), { kind: 'done' });
      startSlot();
      await record();
      expect((await read()).slice(-2).map(({ finished, ready }) => ({ finished, ready }))).toEqual([
        {
          finished: [
            { pipeline: 'digital', tasks: 1 },
            { pipeline: 'physical', tasks: 3 },
          ],
          ready: 2,
        },
        { finished: [{ pipeline: 'refund', tasks: 1 }], ready: 1 },
      ]);
    });

    test('Workers that record a slot at once, or again, count it once', async () => {
      const { fixture, world } = context();
      startSlot();
      await finish('physical', 3);
      startSlot();
      await fixture.openConnections();
      await Promise.all(Array.from({ length: 6 }, record));
      const slot = { finished: [{ pipeline: 'physical', tasks: 3 }], ready: 0 };
      expect((await read()).at(-1)).toMatchObject(slot);
      await fixture.placePaidOrder(await fixture.createProduct());
      world.advance(1);
      await record();
      expect((await read()).at(-1)).toMatchObject(slot);
    });

    test('What is committed late is counted in the slot that it belongs to', async () => {
      const { fixture, store, world } = context();
      const startMs = startSlot();
      const leases = await fixture.payAndLease(Array(2).fill(await fixture.createProduct()));
      await fixture.report(defined(leases[0]), done);
      startSlot();
      await record();
      const { taskId, lease } = defined(leases[1]);
      await unwrap(store.queue.report([{ taskId, lease, outcome: done }], startMs + 1));
      startSlot();
      await record();
      const slots = (await read()).slice(-2);
      expect(slots.map(({ finished }) => finished)).toEqual([[{ pipeline: 'physical', tasks: 2 }], []]);
      world.advance(slotMs);
      await record();
      expect((await read()).at(-3)?.finished).toEqual([{ pipeline: 'physical', tasks: 2 }]);
    });

    test('A slot that no worker has seen the end of has no count of ready tasks', async () => {
      startSlot();
      await finish('physical', 1);
      startSlot();
      startSlot();
      await record();
      expect((await read()).slice(-2)).toMatchObject([
        { finished: [{ pipeline: 'physical', tasks: 1 }], ready: null },
        { finished: [], ready: 0 },
      ]);
    });

    test('The history forgets what is older than an hour', async () => {
      const { world } = context();
      startSlot();
      await finish('physical', 1);
      startSlot();
      await record();
      world.advance(historyMs - slotMs);
      expect((await read())[0]).toMatchObject({ finished: [{ tasks: 1 }], ready: 0 });
      world.advance(slotMs);
      expect((await read())[0]).toMatchObject({ finished: [], ready: null });
      await record();
      world.advance(-slotMs);
      expect((await read())[0]).toMatchObject({ finished: [], ready: null });
    });
  });
};
