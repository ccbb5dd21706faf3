import { Elysia, t } from 'elysia';
import { err, ok, type Result } from 'neverthrow';
import { firstResult } from '../../core/commandKey.ts';
import { stepNamesOf } from '../../core/pause.ts';
import type { ApiDeps } from '../deps.ts';
import type { Authenticate } from '../http/auth.ts';
import { readBody } from '../http/body.ts';
import { type Check, createCheck, type ValidationFailure, validationFailure } from '../http/check.ts';
import { wasEndedBefore } from '../http/endedBefore.ts';
import { httpError, unwrapOrThrow } from '../http/failures.ts';
import { optionalCommandKeyOf } from '../http/idempotencyKey.ts';
import { operatorCommand } from '../http/operatorCommand.ts';
import { idOf } from '../http/path.ts';
import { requirePermission } from '../http/requireRole.ts';
import { oneOf, pipeline, pipelineNames, strictObject, text } from '../http/schemas.ts';
import { step } from '../http/taskFilters.ts';
import { idParameter, operation, optionalKeyFailures, optionalKeyParameter } from '../openapi/operation.ts';
import { pauseSamples } from '../openapi/pauseSamples.ts';
import { pauseJson, renderPause } from '../render/pause.ts';

const reason = text(500, 'a reason');
const anyPause = createCheck(strictObject({ pipeline, step: t.Optional(step), reason }));

/** A step is one of its pipeline, and the document says which. */
const pauseBody: Check<PauseBody> = {
  schema: t.Union(
    pipelineNames.map((name) =>
      strictObject({ pipeline: oneOf([name]), step: t.Optional(oneOf(stepNamesOf(name))), reason }),
    ),
  ),
  read: (value) => anyPause.read(value).andThen(checkStep),
};

type PauseBody = { readonly pipeline: string; readonly step?: string; readonly reason: string };

/** What the end makes ready in the request itself. Workers do the rest. */
const resumedMax = 500;

export const createPauseCommands = (
  { store: { activity, pauses, wakeup }, world }: ApiDeps,
  authenticate: Authenticate,
) =>
  new Elysia()
    .post(
      '/queue/pauses',
      requirePermission(authenticate, 'queue:write', async ({ caller, request, set }) => {
        const createKey = unwrapOrThrow(optionalCommandKeyOf(request, caller.id, 'POST /queue/pauses'));
        const {
          pipeline: name,
          step: stepName = null,
          reason: why,
        } = unwrapOrThrow(await readBody(request, pauseBody));
        const nowMs = world.clock.nowMs();
        const command = {
          id: world.ids.next(nowMs),
          pipeline: name,
          step: stepName,
          reason: why,
          command: operatorCommand(world, caller, set),
        };
        const begun =
          createKey === null
            ? (await pauses.begin(command, nowMs)).map(firstResult)
            : await pauses.beginOnce({ ...command, commandKey: createKey(name, stepName, why) }, nowMs);
        const { value, replayed } = unwrapOrThrow(begun);
        set.status = 201;
        if (replayed) set.headers['idempotent-replayed'] = 'true';
        return renderPause(value);
      }),
      operation({
        tag: 'Queue',
        summary: 'Pause a pipeline or a step',
        description:
          'Without `step`, every step of the pipeline is paused. No process claims tasks that are there. They are shown as paused, and nothing is counted against them. A step that a worker has begun is finished. `GET /queue` lists the pauses.',
        parameters: [optionalKeyParameter],
        body: { schema: pauseBody.schema, example: pauseSamples.body },
        responses: {
          201: {
            description: 'The pause.',
            schema: pauseJson.ref,
            example: pauseSamples.created,
            headers: ['idempotent-replayed'],
          },
        },
        failures: optionalKeyFailures,
      }),
    )
    .delete(
      '/queue/pauses/:id',
      requirePermission(authenticate, 'queue:write', async ({ caller, params, set }) => {
        const id = unwrapOrThrow(idOf(params));
        const nowMs = world.clock.nowMs();
        const command = operatorCommand(world, caller, set);
        if (!unwrapOrThrow(await pauses.end(id, nowMs, command))) {
          const ended = { action: 'pause.end', target: id } as const;
          if (!unwrapOrThrow(await wasEndedBefore(activity, ended))) throw httpError({ kind: 'not_found' });
          return new Response(null, { status: 204 });
        }
        // The pause has ended. If these fail, workers do the same within a second.
        await pauses.sendProbes(nowMs);
        await pauses.resume(resumedMax);
        wakeup.notify();
        return new Response(null, { status: 204 });
      }),
      operation({
        tag: 'Queue',
        summary: 'End a pause',
        description:
          'The tasks go on. A pause that began with a fault of a server is not simply ended: one task is tried at once, and if the server answers, the pause is over. A pause that an operator ended before is no failure.',
        parameters: [idParameter(pauseSamples.created.id)],
        responses: { 204: { description: 'The pause is ended, or its probe is under way.' } },
        failures: ['not_found'],
      }),
    );

const checkStep = (body: PauseBody): Result<PauseBody, ValidationFailure> => {
  const names = stepNamesOf(body.pipeline);
  if (body.step === undefined || names.includes(body.step)) return ok(body);
  return err(validationFailure([{ path: '/step', message: `Expected one of ${names.join(', ')}` }]));
};
