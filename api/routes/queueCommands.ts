import { Elysia, t } from 'elysia';
import type { StepNotSkippable } from '../../core/skip.ts';
import { retriedStates, type TaskFilter } from '../../core/taskFilter.ts';
import { createRetryMatching } from '../../core/usecases/retryMatching.ts';
import type { ApiDeps } from '../deps.ts';
import type { Authenticate } from '../http/auth.ts';
import { readBody } from '../http/body.ts';
import { createCheck, eitherOf, type ValidationFailure, validationFailure } from '../http/check.ts';
import { unwrapOrThrow } from '../http/failures.ts';
import { operatorCommand } from '../http/operatorCommand.ts';
import { requirePermission } from '../http/requireRole.ts';
import { integer, oneOf, pipeline, strictObject, text, uuid } from '../http/schemas.ts';
import { step, taskError } from '../http/taskFilters.ts';
import { operation } from '../openapi/operation.ts';
import { queueSamples } from '../openapi/queueSamples.ts';
import { samples } from '../openapi/samples.ts';

const taskIds = t.Array(uuid, { minItems: 1, maxItems: 1_000 });

const filterBody = createCheck(
  strictObject({
    filter: strictObject({
      state: oneOf(retriedStates),
      pipeline: t.Optional(pipeline),
      step: t.Optional(step),
      error: t.Optional(taskError),
    }),
    upTo: uuid,
  }),
);

const retryBody = eitherOf(
  createCheck(strictObject({ taskIds })),
  filterBody,
  (value) => 'filter' in value || 'upTo' in value,
);

const skipBody = createCheck(
  strictObject({ taskIds, reason: text(500, 'a reason'), step: t.Optional(step) }),
);

const count = integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

export const createQueueCommands = (deps: ApiDeps, authenticate: Authenticate) =>
  new Elysia().use(createRetryRoute(deps, authenticate)).use(createSkipRoute(deps, authenticate));

const createRetryRoute = ({ store, world }: ApiDeps, authenticate: Authenticate) => {
  const { queue, wakeup } = store;
  const retryMatching = createRetryMatching({ queue, wakeup, world });
  return new Elysia().post(
    '/queue/retries',
    requirePermission(authenticate, 'queue:write', async ({ caller, request, set }) => {
      const body = unwrapOrThrow(await readBody(request, retryBody));
      const command = operatorCommand(world, caller, set);
      set.status = 202;
      if ('filter' in body) {
        const named = { filter: filterOf(body.filter), upTo: body.upTo.toLowerCase() };
        return { retried: unwrapOrThrow(await retryMatching(named, command)) };
      }
      const ids = body.taskIds.map((id) => id.toLowerCase());
      const retried = unwrapOrThrow(await queue.retry(ids, world.clock.nowMs(), command));
      if (retried > 0) wakeup.notify();
      return { retried };
    }),
    operation({
      tag: 'Queue',
      summary: 'Retry tasks',
      description:
        'By their ids, or all that a filter means. A failed task resumes at the step that failed, with all its attempts. A waiting task runs now, with the attempts that it has left. Ids of other tasks are ignored. `upTo` is the id of the newest task that was seen: newer tasks are left alone, so that what was counted is what is retried. A filter works in slices; if the request fails, some may be done, and the same request does the rest.',
      body: { schema: retryBody.schema, example: queueSamples.retryBody },
      responses: {
        202: {
          description: 'The number of tasks that are ready again.',
          schema: strictObject({ retried: count }),
          example: { retried: 412 },
        },
      },
      failures: [],
    }),
  );
};

const filterOf = (filter: {
  readonly state: TaskFilter['state'];
  readonly pipeline?: string;
  readonly step?: string;
  readonly error?: string;
}): TaskFilter => ({ pipeline: null, step: null, error: null, ...filter });

const createSkipRoute = ({ store, stepServices, world }: ApiDeps, authenticate: Authenticate) =>
  new Elysia().post(
    '/queue/skips',
    requirePermission(authenticate, 'queue:write', async ({ caller, request, set }) => {
      const { taskIds, reason, step = null } = unwrapOrThrow(await readBody(request, skipBody));
      const ids = taskIds.map((id) => id.toLowerCase());
      const skipped = unwrapOrThrow(
        (
          await store.queue.skip(
            { taskIds: ids, reason, step, services: stepServices },
            world.clock.nowMs(),
            operatorCommand(world, caller, set),
          )
        ).mapErr((failure) => (failure.kind === 'unavailable' ? failure : failureOfSkip(failure, ids))),
      );
      if (skipped > 0) store.wakeup.notify();
      set.status = 202;
      return { skipped, ignored: new Set(ids).size - skipped };
    }),
    operation({
      tag: 'Queue',
      summary: 'Leave out the step that tasks are at',
      description:
        'For a step that another service does: a mail, a carrier. The task goes on with its next step, and the history of each order says `skipped` with the step. A task that is failed continues. If a worker is just doing the step, what comes of it is ignored: it may be done all the same, and the history says that too. A step of our own database is 422, and then no task is changed. A task that a refund holds and ids of no task are ignored; a task that a pause holds is not. With `step`, so are tasks that are at another one by now.',
      body: { schema: skipBody.schema, example: { ...samples.retryBody, ...queueSamples.skipReason } },
      responses: {
        202: {
          description: 'How many tasks went on, and how many of the named ones were left alone.',
          schema: strictObject({ skipped: count, ignored: count }),
          example: { skipped: 1, ignored: 0 },
        },
      },
      failures: [],
    }),
  );

const failureOfSkip = ({ tasks }: StepNotSkippable, ids: readonly string[]): ValidationFailure =>
  validationFailure(
    tasks.map(({ taskId, step, reason }) => ({
      path: `/taskIds/${ids.indexOf(taskId)}`,
      message: `The task is at ${step}, which cannot be left out: ${reason}`,
    })),
  );
