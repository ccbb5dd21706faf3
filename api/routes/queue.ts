import { Elysia, t } from 'elysia';
import { taskStates } from '../../core/queue.ts';
import type { ApiDeps } from '../deps.ts';
import type { Authenticate } from '../http/auth.ts';
import { readBody } from '../http/body.ts';
import { createCheck } from '../http/check.ts';
import { listOf, readCursor } from '../http/cursor.ts';
import { unwrapOrThrow } from '../http/failures.ts';
import { readQuery } from '../http/query.ts';
import { requireRole } from '../http/requireRole.ts';
import { cursor, integer, limit, limitDefault, oneOf, pipeline, storedId, uuid } from '../http/schemas.ts';
import { operation, queryParameters } from '../openapi/operation.ts';
import { samples } from '../openapi/samples.ts';
import { exactly } from '../render/component.ts';
import { queueJson, renderQueue, renderTask, taskListJson } from '../render/queue.ts';

const filters = createCheck(
  exactly({
    state: t.Optional(oneOf(taskStates)),
    pipeline: t.Optional(pipeline),
    orderId: t.Optional(uuid),
    cursor: t.Optional(cursor),
    limit: t.Optional(limit),
  }),
);

/** The id of a task. */
const key = createCheck(storedId);

export const queueQueries = ({ store, world }: ApiDeps, authenticate: Authenticate) =>
  new Elysia()
    .get(
      '/queue',
      requireRole(authenticate, ['operator'], async () =>
        renderQueue(unwrapOrThrow(await store.queue.stats(world.clock.nowMs()))),
      ),
      operation({
        tag: 'Queue',
        summary: 'How the queue stands',
        responses: { 200: { description: 'The counts.', schema: queueJson.ref, example: samples.queue } },
        failures: [],
      }),
    )
    .get(
      '/queue/tasks',
      requireRole(authenticate, ['operator'], async ({ request }) => {
        const query = unwrapOrThrow(readQuery(request.url, filters));
        const page = await store.queue.tasks({
          state: query.state ?? null,
          pipeline: query.pipeline ?? null,
          orderId: query.orderId?.toLowerCase() ?? null,
          after: unwrapOrThrow(readCursor(query.cursor, key)),
          limit: query.limit ?? limitDefault,
          nowMs: world.clock.nowMs(),
        });
        return listOf(unwrapOrThrow(page), renderTask);
      }),
      operation({
        tag: 'Queue',
        summary: 'Unfinished tasks',
        description:
          'Oldest first. A task is what a paid order still owes, or a job: a refund, an event of the payment provider, a money audit. One that is done is no longer there: its order’s history tells, or the refund or audit itself. A paused task is held by a refund of its order until that ends.',
        parameters: queryParameters(filters),
        responses: { 200: { description: 'A page.', schema: taskListJson.ref, example: samples.tasks } },
        failures: ['validation_failed'],
      }),
    );

const retrying = createCheck(exactly({ taskIds: t.Array(uuid, { minItems: 1, maxItems: 1_000 }) }));

export const queueCommands = ({ store, world }: ApiDeps, authenticate: Authenticate) =>
  new Elysia().post(
    '/queue/retries',
    requireRole(authenticate, ['operator'], async ({ request, set }) => {
      const { taskIds } = unwrapOrThrow(await readBody(request, retrying));
      const ids = taskIds.map((id) => id.toLowerCase());
      const retried = unwrapOrThrow(await store.queue.retry(ids, world.clock.nowMs()));
      if (retried > 0) store.wakeup.notify();
      set.status = 202;
      return { retried };
    }),
    operation({
      tag: 'Queue',
      summary: 'Try failed tasks again',
      description: 'Each resumes at the step that failed. Ids that are no failed tasks are passed over.',
      body: { schema: retrying.schema, example: samples.retrying },
      responses: {
        202: {
          description: 'How many were taken up.',
          schema: exactly({ retried: integer({ minimum: 0, maximum: 1_000 }) }),
          example: { retried: 1 },
        },
      },
      failures: [],
    }),
  );
