import { type TSchema, t } from 'elysia';
import { type QueueStats, type Task, taskStates } from '../../core/queue.ts';
import { id, nullable, oneOf, shownPipeline, strictObject, time } from '../http/schemas.ts';
import { component, listSchema, type RenderedFields, timeOf } from './component.ts';
import { pauseJson, renderPause } from './pause.ts';

const count = t.Number({ multipleOf: 1, minimum: 0 });

export const queueJson = component(
  'Queue',
  strictObject({
    counts: t.Array(strictObject({ pipeline: shownPipeline, state: oneOf(taskStates), tasks: count })),
    totals: strictObject({ ready: count, running: count, waiting: count, paused: count, failed: count }),
    oldestReadyAgeMs: t.Number({
      minimum: 0,
      description: 'The age of the oldest ready task in milliseconds. 0 without one.',
    }),
    finishedPerSecond: t.Number({
      minimum: 0,
      description: 'Finished tasks per second, averaged over the last minute, with two decimals.',
    }),
    pauses: t.Array(pauseJson.ref, { description: 'The oldest first.' }),
  }),
);

export const renderQueue = ({ counts, oldestReadyAgeMs, finishedPerSecond, pauses }: QueueStats) => {
  const totals = { ready: 0, running: 0, waiting: 0, paused: 0, failed: 0 };
  for (const { state, tasks } of counts) totals[state] += tasks;
  return {
    counts: counts.map(({ pipeline, state, tasks }) => ({ pipeline, state, tasks })),
    totals,
    oldestReadyAgeMs,
    finishedPerSecond: Math.round(finishedPerSecond * 100) / 100,
    pauses: pauses.map(renderPause),
  };
};

export const taskJson = component(
  'Task',
  strictObject({
    id,
    checkoutId: t.Union([id, t.Null()], {
      description: 'The checkout of the group. Null for the task of a job.',
    }),
    orderIds: t.Array(id, {
      description:
        'The orders of the group: those of the checkout that have the type of the pipeline. An order that is refunded leaves its group. Empty for the task of a job.',
    }),
    jobId: t.Union([id, t.Null()], {
      description: 'The refund, provider event or reconciliation. Null for the task of a group.',
    }),
    pipeline: shownPipeline,
    step: t.String({ description: 'The next step, or the step that failed.' }),
    state: oneOf(taskStates),
    attempts: t.Number({
      multipleOf: 1,
      minimum: 0,
      description: 'The number of failed attempts of this step.',
    }),
    lastError: nullable(t.String()),
    runAt: time,
  } satisfies RenderedFields<Task, TSchema, 'crashes'>),
);

export const taskListJson = listSchema(taskJson);

export const renderTask = ({
  id,
  checkoutId,
  orderIds,
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
    checkoutId,
    orderIds: [...orderIds],
    jobId,
    pipeline,
    step,
    state,
    attempts,
    lastError,
    runAt: timeOf(runAtMs),
  }) satisfies RenderedFields<Task, unknown, 'crashes'>;
