import { describe, expect, test } from 'bun:test';
import { countMatching } from '../../web/console/tasks/counting.ts';
import { createRetryRuns } from '../../web/console/tasks/retryRun.ts';
import {
  addressOf,
  allTasks,
  filtersOf,
  readTaskQuery,
  withFilter,
} from '../../web/console/tasks/taskQuery.ts';
import type {
  FailureGroup,
  Failures,
  RetryFilter,
  Task,
  TasksApi,
} from '../../web/console/tasks/tasksApi.ts';
import { createCells } from '../../web/shared/cells.ts';
import type { Outcome } from '../../web/shared/outcome.ts';
import { flush } from './modelBrowser.ts';
import { memoryStore } from './ports.ts';

const ok = <Value>(value: Value): Outcome<Value> => ({
  kind: 'ok',
  value,
  status: 200,
  requestId: 'r',
  replayed: false,
});
const lost = { kind: 'lost', requestId: 'r', retryAfterMs: null } as const;

const idOf = (number: number): string => `01980a4f-02aa-7e44-b1d2-${String(number).padStart(12, '0')}`;

const group = (number: number, tasks: number, changes: Partial<FailureGroup> = {}): FailureGroup => ({
  pipeline: 'digital',
  step: 'notify_customer',
  error: `error ${number}`,
  tasks,
  newestTaskId: idOf(number),
  ...changes,
});
const failuresOf = (...items: readonly FailureGroup[]): Failures => ({
  items: [...items],
  nextCursor: null,
  tasks: items.reduce((sum, { tasks }) => sum + tasks, 0),
});
const failed: RetryFilter = { state: 'failed', pipeline: null, step: null, error: null };

describe('The address of the page of tasks', () => {
  test('All that is shown stands in it, and is read again', () => {
    const query = {
      state: 'failed',
      pipeline: 'digital',
      step: 'notify_customer',
      error: '550 “no such user” & more = ?',
      orderId: idOf(1),
      cursor: 'c',
      task: idOf(2),
    } as const;
    const { searchParams, pathname } = new URL(addressOf(query), 'http://shop.example');
    expect(pathname).toBe('/console/tasks');
    expect(readTaskQuery(Object.fromEntries(searchParams))).toEqual(query);
    expect(addressOf(allTasks)).toBe('/console/tasks');
  });

  test('What the API could not mean is left out', () => {
    const strange = { state: 'done', pipeline: 'A B', step: '<x>', error: 'a\0b', orderId: '1', task: '..' };
    expect(readTaskQuery(strange)).toEqual(allTasks);
  });

  test('Another filter shows its list from the start, with no task open', () => {
    const query = { ...allTasks, cursor: 'c', task: idOf(1), step: 'invoice' };
    const next = withFilter(query, { state: 'failed' });
    expect(next).toEqual({ ...allTasks, state: 'failed', step: 'invoice' });
    expect(filtersOf(next).map(({ name }) => name)).toEqual(['state', 'step']);
  });
});

describe('What a retry of all that match would take up', () => {
  const count = (api: Partial<TasksApi>, filter: RetryFilter, heard: number[] = []) =>
    countMatching(api as TasksApi, filter, new AbortController().signal, (tasks) => heard.push(tasks));

  test('Failed tasks are counted by their groups, up to the newest of those that match', async () => {
    const failures = failuresOf(
      group(7, 412),
      group(9, 40, { step: 'request_shipment' }),
      group(8, 5, { pipeline: 'physical' }),
    );
    const api = { failures: async () => ok(failures) };
    expect(await count(api, failed)).toMatchObject({ value: { tasks: 457, upTo: idOf(9), isCut: false } });
    expect(await count(api, { ...failed, step: 'notify_customer' })).toMatchObject({
      value: { tasks: 417, upTo: idOf(8) },
    });
    expect(await count(api, { ...failed, error: 'none' })).toMatchObject({ value: { tasks: 0, upTo: null } });
  });

  /** A list of this many tasks, a hundred a page. */
  const listOf = (total: number): TasksApi['tasks'] => {
    return async ({ cursor }, limit) => {
      const from = Number(cursor ?? 0);
      const size = Math.min(limit, total - from);
      const items = Array.from({ length: size }, (_, index) => ({ id: idOf(from + index + 1) }) as Task);
      return ok({ items, nextCursor: from + size < total ? String(from + size) : null });
    };
  };

  test('Waiting tasks are counted page by page, and each page is heard of', async () => {
    const heard: number[] = [];
    const counted = await count({ tasks: listOf(250) }, { ...failed, state: 'waiting' }, heard);
    expect(counted).toMatchObject({ value: { tasks: 250, upTo: idOf(250), isCut: false } });
    expect(heard).toEqual([100, 200, 250]);
  });

  test('Where there are more groups than the shop lists, failed tasks are counted one by one', async () => {
    const groups = Array.from({ length: 100 }, (_, index) => group(index + 1, 2));
    const api = { failures: async () => ok(failuresOf(...groups)), tasks: listOf(300) };
    expect(await count(api, failed)).toMatchObject({ value: { tasks: 300, upTo: idOf(300) } });
  });

  test('Counting ends at ten thousand, and says that there are more', async () => {
    const counted = await count({ tasks: listOf(10_001) }, { ...failed, state: 'waiting' });
    expect(counted).toMatchObject({ value: { tasks: 10_000, upTo: idOf(10_000), isCut: true } });
  });

  test('A page that does not come is no count', async () => {
    expect(await count({ failures: async () => lost }, failed)).toEqual(lost);
  });
});

const createRunFixture = (shared = memoryStore()) => {
  const pauses: (() => void)[] = [];
  const sent: {
    filter: RetryFilter;
    upTo: string;
    answer: (outcome: Outcome<{ retried: number }>) => void;
  }[] = [];
  let left: number | null = 10;
  let ids = 0;
  const runs = createRetryRuns(
    {
      api: {
        retryMatching: (filter, upTo) =>
          new Promise((answer) => {
            sent.push({ filter, upTo, answer });
          }),
        failures: async () => (left === null ? lost : ok(failuresOf(group(1, left)))),
      },
      shared,
      cell: createCells().create,
      pause: (_, signal) =>
        new Promise((resolve) => {
          pauses.push(resolve);
          signal.addEventListener('abort', () => resolve());
        }),
      newId: () => `run ${++ids}`,
    },
    'operator',
  );
  return {
    runs,
    sent,
    shared,
    /** One look at how far it has come. */
    look: async (nowLeft: number | null) => {
      left = nowLeft;
      for (const end of pauses.splice(0)) end();
      await flush();
    },
    answer: async (outcome: Outcome<{ retried: number }>, index = 0) => {
      sent[index]?.answer(outcome);
      await flush();
    },
  };
};
const asked = { filter: failed, upTo: idOf(9), counted: 10 };

describe('A retry of all that match', () => {
  test('Two presses are one request, for what was counted', async () => {
    const { runs, sent } = createRunFixture();
    runs.start(asked);
    runs.start(asked);
    expect(sent.map(({ filter, upTo }) => [filter, upTo])).toEqual([[failed, idOf(9)]]);
  });

  test('It shows how far it is, never backwards, and then what the shop says', async () => {
    const { runs, shared, look, answer } = createRunFixture();
    runs.start(asked);
    expect(runs.state.value).toMatchObject({ kind: 'running', done: null });
    await look(6);
    expect(runs.state.value).toMatchObject({ kind: 'running', done: 4 });
    await look(8);
    expect(runs.state.value).toMatchObject({ kind: 'running', done: 4 });
    await look(null);
    expect(runs.state.value).toMatchObject({ kind: 'running', done: 4 });
    await answer(ok({ retried: 9 }));
    expect(runs.state.value).toMatchObject({ kind: 'ended', retried: 9 });
    expect(shared.names()).toEqual([]);
  });

  test('A page that is opened meanwhile finds it, watches it, and sends nothing', async () => {
    const first = createRunFixture();
    first.runs.start(asked);
    const second = createRunFixture(first.shared);
    second.runs.find();
    expect(second.runs.state.value).toMatchObject({ kind: 'watched', run: { counted: 10 } });
    await second.look(3);
    expect(second.runs.state.value).toMatchObject({ kind: 'watched', done: 7 });
    await second.look(0);
    expect(second.runs.state.value).toMatchObject({ kind: 'ended', retried: 10 });
    expect(second.sent).toEqual([]);
  });

  test('Where nothing moves any more it says what is left, and the same request does the rest', async () => {
    const { runs, sent, look, answer } = createRunFixture();
    runs.start(asked);
    await answer(lost);
    expect(runs.state.value).toMatchObject({ kind: 'watched' });
    for (const left of [5, 5, 5, 5, 5]) await look(left);
    expect(runs.state.value).toMatchObject({ kind: 'stopped', left: 5 });
    runs.goOn();
    expect(sent.map(({ upTo }) => upTo)).toEqual([idOf(9), idOf(9)]);
    await answer(ok({ retried: 5 }), 1);
    expect(runs.state.value).toMatchObject({ kind: 'ended', retried: 5 });
  });

  test('What the shop refuses is said, and can be asked again', async () => {
    const { runs, sent, answer, shared } = createRunFixture();
    const problem = {
      code: 'unavailable',
      status: 503,
      title: '',
      detail: '',
      instance: 'r1',
      retryAfterMs: null,
    };
    runs.start(asked);
    await answer({ kind: 'problem', problem });
    expect(runs.state.value).toMatchObject({ kind: 'refused', failure: { problem } });
    expect(shared.names()).toEqual([]);
    runs.goOn();
    expect(sent.length).toBe(2);
  });

  test('It is closed, and no late answer opens it again', async () => {
    const { runs, answer, shared } = createRunFixture();
    runs.start(asked);
    runs.close();
    await answer(ok({ retried: 9 }));
    expect(runs.state.value).toEqual({ kind: 'none' });
    expect(shared.names()).toEqual([]);
  });

  test.each(['', '{', '[]', '{"id":1}', 'null'])('The text %p in the store is no retry', (text) => {
    const shared = memoryStore();
    shared.set('cw.retry operator', text);
    const { runs } = createRunFixture(shared);
    runs.find();
    expect(runs.state.value).toEqual({ kind: 'none' });
  });
});
