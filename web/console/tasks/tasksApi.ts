import type { renderPause } from '../../../api/render/pause.ts';
import type { renderQueue, renderTask } from '../../../api/render/queue.ts';
import type { renderFailures } from '../../../api/render/queueFailures.ts';
import type { Call } from '../../shared/call.ts';
import type { Outcome } from '../../shared/outcome.ts';
import { queryOf } from '../../shared/query.ts';
import type { List } from '../../shared/types.ts';

export type Task = ReturnType<typeof renderTask>;
export type TaskState = Task['state'];
export type Queue = ReturnType<typeof renderQueue>;
export type Pause = ReturnType<typeof renderPause>;
export type Failures = ReturnType<typeof renderFailures>;
export type FailureGroup = Failures['items'][number];

export const taskStates = ['failed', 'waiting', 'ready', 'running', 'paused'] as const satisfies TaskState[];

/** The states that a retry takes up. */
type RetriedState = Extract<TaskState, 'failed' | 'waiting'>;

/** What a retry of all that match means by it. It knows no order: an order has one task or two. */
export type RetryFilter = {
  readonly state: RetriedState;
  readonly pipeline: string | null;
  readonly step: string | null;
  readonly error: string | null;
};

/** What is asked of the list. Null for anything. */
export type TaskListQuery = Readonly<
  Record<'pipeline' | 'step' | 'error' | 'orderId' | 'cursor', string | null>
> & { readonly state: TaskState | null };

export const pageSize = 50;

export const taskListPath = (
  { state, pipeline, step, error, orderId, cursor }: TaskListQuery,
  limit: number,
): string => `/queue/tasks${queryOf({ state, pipeline, step, error, orderId, cursor, limit })}`;

const get = <Value>(call: Call, path: string, signal?: AbortSignal): Promise<Outcome<Value>> =>
  call<Value>({ method: 'GET', path, ...(signal === undefined ? {} : { signal }) });

const post = <Value>(call: Call, path: string, body: unknown, key?: string): Promise<Outcome<Value>> =>
  call<Value>({ method: 'POST', path, body, ...(key === undefined ? {} : { key }) });

/** Without what can be anything: the API knows no null here. */
const given = (filter: RetryFilter) =>
  Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== null));

/** The calls of the page of tasks, each with the type of its answer. */
export const createTasksApi = (call: Call) => ({
  tasks: (query: TaskListQuery, limit: number, signal?: AbortSignal) =>
    get<List<Task>>(call, taskListPath(query, limit), signal),
  queue: (signal?: AbortSignal) => get<Queue>(call, '/queue', signal),
  failures: (signal?: AbortSignal) => get<Failures>(call, '/queue/failures', signal),
  retry: (taskIds: readonly string[]) =>
    post<{ readonly retried: number }>(call, '/queue/retries', { taskIds }),
  /** What was counted: all that match, up to the newest task that was seen. */
  retryMatching: (filter: RetryFilter, upTo: string) =>
    post<{ readonly retried: number }>(call, '/queue/retries', { filter: given(filter), upTo }),
  /** Only tasks that are still at this step. */
  skip: (taskIds: readonly string[], step: string, reason: string) =>
    post<{ readonly skipped: number; readonly ignored: number }>(call, '/queue/skips', {
      taskIds,
      step,
      reason,
    }),
  /** The key makes a repeated request the same pause. */
  pause: (pipeline: string, step: string | null, reason: string, key: string) =>
    post<Pause>(call, '/queue/pauses', { pipeline, ...(step === null ? {} : { step }), reason }, key),
  /** Ends an operator's pause. That of a fault is probed at once. */
  endPause: (id: string) =>
    call<undefined>({ method: 'DELETE', path: `/queue/pauses/${encodeURIComponent(id)}` }),
});

export type TasksApi = ReturnType<typeof createTasksApi>;
