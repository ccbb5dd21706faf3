import { type TSchema, t } from 'elysia';
import { type QueueStats, type Task, taskStates } from '../../core/queue.ts';
import { id, oneOf, orNull, pipeline, time } from '../http/schemas.ts';
import { component, exactly, listSchema, type Shown, timeOf } from './component.ts';

const count = t.Number({ multipleOf: 1, minimum: 0 });

export const queueJson = component(
  'Queue',
  exactly({
    counts: t.Array(exactly({ pipeline, state: oneOf(taskStates), tasks: count })),
    totals: exactly({ ready: count, running: count, waiting: count, paused: count, failed: count }),
    oldestReadyAgeMs: t.Number({ minimum: 0, description: '0 where nothing is ready.' }),
    finishedPerSecond: t.Number({ minimum: 0, description: 'Averaged over the last minute.' }),
  }),
);

export const renderQueue = ({ counts, oldestReadyAgeMs, finishedPerSecond }: QueueStats) => {
  const totals = { ready: 0, running: 0, waiting: 0, paused: 0, failed: 0 };
  for (const { state, tasks } of counts) totals[state] += tasks;
  return {
    counts: counts.map(({ pipeline, state, tasks }) => ({ pipeline, state, tasks })),
    totals,
    oldestReadyAgeMs,
    finishedPerSecond,
  };
};

export const taskJson = component(
  'Task',
  exactly({
    id,
    orderId: t.Union([id, t.Null()], { description: 'Null for a job.' }),
    jobId: t.Union([id, t.Null()], {
      description: 'Of the refund, event or money audit; null for an order.',
    }),
    pipeline,
    step: t.String({ description: 'The step that is next, or that failed.' }),
    state: oneOf(taskStates),
    attempts: t.Number({ multipleOf: 1, minimum: 0, description: 'Failed tries of this step.' }),
    lastError: orNull(t.String()),
    runAt: time,
  } satisfies Shown<Task, TSchema, 'crashes'>),
);

export const taskListJson = listSchema(taskJson);

export const renderTask = ({
  id,
  orderId,
  jobId,
  pipeline,
  step,
  state,
  attempts,
  lastError,
  runAtMs,
}: Task) =>
  ({
    id,
    orderId,
    jobId,
    pipeline,
    step,
    state,
    attempts,
    lastError,
    runAt: timeOf(runAtMs),
  }) satisfies Shown<Task, unknown, 'crashes'>;
