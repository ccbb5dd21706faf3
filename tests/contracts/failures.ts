import { describe, expect, test } from 'bun:test';
import type { OperatorCommand } from '../../core/activity.ts';
import type { StepReport } from '../../core/queue.ts';
import type { TaskFilter } from '../../core/taskFilter.ts';
import { createRetryMatching } from '../../core/usecases/retryMatching.ts';
import { defined, unwrap } from './fixture.ts';
import { withRemoteStep } from './remoteStep.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

const anyFailed: TaskFilter = { state: 'failed', pipeline: null, step: null, error: null };

/** Failed tasks in groups, and retries of all tasks that a filter means. */
export const failuresContract = (name: string, open: OpenStore): void => {
  describe(`${name}: failures and retries by filter`, () => {
    const context = useFreshStore(open);

    const failed = (error: string) => ({ kind: 'failed', error }) as const;

    /** Pays orders of a type, and reports the first step of each. Returns the ids of the tasks. */
    const payAndReport = async (
      type: string,
      outcomes: readonly StepReport['outcome'][],
      pipelineOf?: typeof withRemoteStep,
    ): Promise<readonly string[]> => {
      const { fixture } = context();
      const product = await fixture.createProduct({ type });
      const leases = await fixture.payAndLease(Array(outcomes.length).fill(product), pipelineOf);
      for (const [index, lease] of leases.entries()) await fixture.report(lease, defined(outcomes[index]));
      return leases.map(({ taskId }) => taskId);
    };

    const command = (): OperatorCommand => ({
      actor: { id: 'op-1', email: 'mai@shop.example' },
      requestId: 'request-1',
      createId: context().fixture.newId,
    });

    const retryMatching = (filter: TaskFilter, upTo: string) => {
      const { queue, wakeup } = context().store;
      const { world } = context();
      return unwrap(createRetryMatching({ queue, wakeup, world })({ filter, upTo }, command()));
    };

    test('Failed tasks are counted by pipeline, step and error, the largest group first', async () => {
      const { store, fixture } = context();
      expect(await unwrap(store.queue.failures())).toEqual({ groups: [], tasks: 0 });
      const [refused] = await payAndReport('physical', [failed('550 no')], withRemoteStep);
      const mails = await payAndReport('physical', [failed('down'), failed('550 no'), failed('down')]);
      const [digital] = await payAndReport('digital', [failed('down')]);
      const runAtMs = fixture.now() + 1_000;
      await payAndReport('service', [{ kind: 'retry', error: 'down', runAtMs }]);
      const notice = { step: 'notify_customer', error: 'down' };
      expect(await unwrap(store.queue.failures())).toEqual({
        groups: [
          { pipeline: 'physical', ...notice, tasks: 2, newestTaskId: defined(mails[2]) },
          { pipeline: 'digital', ...notice, tasks: 1, newestTaskId: defined(digital) },
          { pipeline: 'physical', ...notice, error: '550 no', tasks: 1, newestTaskId: defined(mails[1]) },
          {
            pipeline: 'physical',
            step: 'invoice',
            error: '550 no',
            tasks: 1,
            newestTaskId: defined(refused),
          },
        ],
        tasks: 5,
      });
    });

    test('A task list is filtered by step and by the whole error', async () => {
      const { fixture } = context();
      const [refused] = await payAndReport('physical', [failed('down')], withRemoteStep);
      const [mail, other] = await payAndReport('physical', [failed('down'), failed('down again')]);
      const ids = async (query: Parameters<typeof fixture.listTasks>[0]) =>
        (await fixture.listTasks(query)).map(({ id }) => id);
      expect(await ids({ error: 'down' })).toEqual([defined(refused), defined(mail)]);
      expect(await ids({ step: 'notify_customer' })).toEqual([defined(mail), defined(other)]);
      expect(await ids({ step: 'invoice', error: 'down', state: 'failed' })).toEqual([defined(refused)]);
      expect(await ids({ error: 'dow_' })).toEqual([]);
    });

    test('A retry by filter makes the counted tasks ready, and leaves newer and other ones alone', async () => {
      const { fixture, store } = context();
      const counted = await payAndReport('physical', [failed('down'), failed('550 no'), failed('down')]);
      const upTo = defined((await unwrap(store.queue.failures())).groups[0]).newestTaskId;
      expect(upTo).toBe(defined(counted[2]));
      await payAndReport('digital', [failed('down')]);
      const [newer] = await payAndReport('physical', [failed('down')]);
      const filter = { ...anyFailed, pipeline: 'physical', step: 'notify_customer', error: 'down' };
      expect(await retryMatching(filter, upTo)).toBe(2);
      const ready = (await fixture.listTasks({ state: 'ready' })).map(({ id }) => id);
      expect(ready).toEqual([defined(counted[0]), defined(counted[2])]);
      expect(await retryMatching(filter, upTo)).toBe(0);
      expect(await retryMatching({ ...filter, step: 'invoice' }, defined(newer))).toBe(0);
      expect(await retryMatching(filter, defined(newer))).toBe(1);
      expect(await retryMatching(anyFailed, defined(newer))).toBe(2);
    });

    test('A failed order that is retried by a filter is paid again, with its history and activity', async () => {
      const { fixture, store } = context();
      const [taskId] = await payAndReport('physical', [failed('down')], withRemoteStep);
      const { orderIds } = await fixture.findTask(defined(taskId));
      const orderId = defined(orderIds[0]);
      expect((await fixture.findOrder(orderId)).status).toBe('failed');
      expect(await retryMatching(anyFailed, defined(taskId))).toBe(1);
      expect((await fixture.findOrder(orderId)).status).toBe('paid');
      expect((await fixture.historyStates(orderId)).at(-1)).toBe('retried');
      const { items } = await unwrap(
        store.activity.list({
          ...{ actor: null, action: 'task.retry', target: orderId, fromMs: null, toMs: null },
          ...{ after: null, limit: 10 },
        }),
      );
      expect(items).toMatchObject([{ target: defined(taskId), orderId, detail: 'invoice' }]);
    });

    test('Waiting tasks run now with the attempts that they have, by id and by filter', async () => {
      const { fixture, store, world } = context();
      const later = { kind: 'retry', error: 'down', runAtMs: fixture.now() + 60_000 } as const;
      const ids = await payAndReport('physical', [later, later, failed('down'), later]);
      world.advance(10);
      expect(await unwrap(store.queue.retry([defined(ids[0])], fixture.now(), command()))).toBe(1);
      expect(await fixture.findTask(defined(ids[0]))).toMatchObject({
        ...{ state: 'ready', runAtMs: fixture.now(), attempts: 1, lastError: 'down' },
      });
      expect(await unwrap(store.queue.retry([defined(ids[0])], fixture.now(), command()))).toBe(0);
      expect(await retryMatching({ ...anyFailed, state: 'waiting' }, defined(ids[2]))).toBe(1);
      expect((await fixture.listTasks({ state: 'waiting' })).map(({ id }) => id)).toEqual([defined(ids[3])]);
      expect((await fixture.listTasks({ state: 'failed' })).map(({ id }) => id)).toEqual([defined(ids[2])]);
      const { items } = await unwrap(
        store.activity.list({
          ...{ actor: null, action: 'task.run', target: null, fromMs: null, toMs: null },
          ...{ after: null, limit: 10 },
        }),
      );
      expect(items.map(({ target }) => target).toSorted()).toEqual([defined(ids[0]), defined(ids[1])].sort());
      expect((await fixture.claimTasks('physical')).processed).toBe(2);
    });

    test('A retry by filter takes more tasks than one slice has, each once', async () => {
      const { fixture, store, world } = context();
      const product = await fixture.createProduct();
      const leases = await fixture.payAndLease(Array(90).fill(product));
      const more = await fixture.payAndLease(Array(90).fill(product));
      const last = await fixture.payAndLease(Array(60).fill(product));
      const all = [...leases, ...more, ...last];
      await unwrap(
        store.queue.report(
          all.map(({ taskId, lease }) => ({ taskId, lease, outcome: failed('down') })),
          fixture.now(),
        ),
      );
      await fixture.openConnections();
      world.advance(1);
      const upTo = defined(
        all
          .map(({ taskId }) => taskId)
          .toSorted()
          .at(-1),
      );
      const counts = await Promise.all(Array.from({ length: 3 }, () => retryMatching(anyFailed, upTo)));
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(240);
      expect(await fixture.listTasks({ state: 'ready' })).toHaveLength(240);
    });

    test('A task that changed after its id was found is checked again', async () => {
      const { fixture, store } = context();
      const [taskId] = await payAndReport('physical', [failed('down')]);
      const query = { filter: anyFailed, upTo: defined(taskId), after: null, limit: 10 };
      const ids = await unwrap(store.queue.matchingIds({ ...query, nowMs: fixture.now() }));
      expect(ids).toEqual([defined(taskId)]);
      await unwrap(store.queue.retry(ids, fixture.now()));
      const [lease] = (await fixture.claimTasks('physical')).leases;
      const runAtMs = fixture.now() + 1_000;
      await fixture.report(defined(lease), { kind: 'retry', error: 'down', runAtMs });
      expect(await unwrap(store.queue.retry(ids, fixture.now(), command(), anyFailed))).toBe(0);
      expect(await fixture.findTask(defined(taskId))).toMatchObject({ state: 'waiting', runAtMs });
    });

    test('The ids that a filter means are read page by page', async () => {
      const { fixture, store } = context();
      const ids = await payAndReport('physical', Array(5).fill(failed('down')));
      const read = (after: string | null) =>
        unwrap(
          store.queue.matchingIds({
            ...{ filter: anyFailed, upTo: defined(ids[3]), after, limit: 3, nowMs: fixture.now() },
          }),
        );
      expect(await read(null)).toEqual(ids.slice(0, 3));
      expect(await read(defined(ids[2]))).toEqual(ids.slice(3, 4));
    });
  });
};
