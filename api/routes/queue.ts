import { Elysia, t } from 'elysia';
import { failureGroupsMax, failuresMax } from '../../core/operatorQueue.ts';
import { taskStates } from '../../core/queue.ts';
import type { ApiDeps } from '../deps.ts';
import type { Authenticate } from '../http/auth.ts';
import { createCheck } from '../http/check.ts';
import { listOf, readCursor } from '../http/cursor.ts';
import { unwrapOrThrow } from '../http/failures.ts';
import { readQuery } from '../http/query.ts';
import { requirePermission } from '../http/requireRole.ts';
import {
  cursor,
  limit,
  limitDefault,
  oneOf,
  pipeline,
  storedId,
  strictObject,
  uuid,
} from '../http/schemas.ts';
import { step, taskError } from '../http/taskFilters.ts';
import { operation, queryParameters } from '../openapi/operation.ts';
import { queueSamples } from '../openapi/queueSamples.ts';
import { samples } from '../openapi/samples.ts';
import { queueJson, renderQueue, renderTask, taskListJson } from '../render/queue.ts';
import { failuresJson, renderFailures } from '../render/queueFailures.ts';

const filters = createCheck(
  strictObject({
    state: t.Optional(oneOf(taskStates)),
    pipeline: t.Optional(pipeline),
    step: t.Optional(step),
    error: t.Optional(taskError),
    orderId: t.Optional(uuid),
    cursor: t.Optional(cursor),
    limit: t.Optional(limit),
  }),
);

/** The id of a task. */
const cursorKey = createCheck(storedId);

export const createQueueQueries = ({ store, world }: ApiDeps, authenticate: Authenticate) =>
  new Elysia()
    .get(
      '/queue',
      requirePermission(authenticate, 'queue:read', async () =>
        renderQueue(unwrapOrThrow(await store.queue.stats(world.clock.nowMs()))),
      ),
      operation({
        tag: 'Queue',
        summary: 'Get the state of the queue',
        description: 'The counts of unfinished tasks, and the pauses that hold some of them.',
        responses: { 200: { description: 'The counts.', schema: queueJson.ref, example: samples.queue } },
        failures: [],
      }),
    )
    .get(
      '/queue/tasks',
      requirePermission(authenticate, 'queue:read', async ({ request }) => {
        const query = unwrapOrThrow(readQuery(request.url, filters));
        const page = await store.queue.tasks({
          state: query.state ?? null,
          pipeline: query.pipeline ?? null,
          step: query.step ?? null,
          error: query.error ?? null,
          orderId: query.orderId?.toLowerCase() ?? null,
          after: unwrapOrThrow(readCursor(query.cursor, cursorKey)),
          limit: query.limit ?? limitDefault,
          nowMs: world.clock.nowMs(),
        });
        return listOf(unwrapOrThrow(page), renderTask);
      }),
      operation({
        tag: 'Queue',
        summary: 'List unfinished tasks',
        description:
          'Oldest first. A task is the unfinished work of a group or of a job. A group is the paid orders of one checkout and one product type. A job is a refund, an event of the payment provider or a reconciliation. Finished tasks are not listed: see the history of the orders, the refund or the reconciliation. A task is paused while a pause holds its step or pipeline (see `GET /queue`), and while a refund of its only order is open: an order that is refunded whole leaves a larger group.',
        parameters: queryParameters(filters),
        responses: { 200: { description: 'A page.', schema: taskListJson.ref, example: samples.tasks } },
        failures: ['validation_failed'],
      }),
    )
    .get(
      '/queue/failures',
      requirePermission(authenticate, 'queue:read', async () =>
        renderFailures(unwrapOrThrow(await store.queue.failures())),
      ),
      operation({
        tag: 'Queue',
        summary: 'Count failed tasks by what went wrong',
        description: `By pipeline, step and error, the largest group first: up to ${failureGroupsMax} groups of the newest ${failuresMax.toLocaleString('en')} failed tasks. Send \`newestTaskId\` as \`upTo\` to \`POST /queue/retries\`.`,
        responses: {
          200: { description: 'The groups.', schema: failuresJson.ref, example: queueSamples.failures },
        },
        failures: [],
      }),
    );
