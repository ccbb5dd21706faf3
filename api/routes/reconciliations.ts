import { Elysia, t } from 'elysia';
import { firstResult } from '../../core/commandKey.ts';
import type { ApiDeps } from '../deps.ts';
import type { Authenticate } from '../http/auth.ts';
import { readBody } from '../http/body.ts';
import { createCheck } from '../http/check.ts';
import { listOf, readCursor } from '../http/cursor.ts';
import { httpError, unwrapOrThrow } from '../http/failures.ts';
import { optionalCommandKeyOf } from '../http/idempotencyKey.ts';
import { operatorCommand } from '../http/operatorCommand.ts';
import { idOf } from '../http/path.ts';
import { readQuery } from '../http/query.ts';
import { requirePermission } from '../http/requireRole.ts';
import { cursor, limit, limitDefault, storedId, strictObject } from '../http/schemas.ts';
import { dayField, readDay } from '../http/time.ts';
import { moneySamples } from '../openapi/moneySamples.ts';
import {
  idParameter,
  operation,
  optionalKeyFailures,
  optionalKeyParameter,
  queryParameters,
} from '../openapi/operation.ts';
import {
  differenceListJson,
  reconciliationJson,
  reconciliationListJson,
  renderDifference,
  renderReconciliation,
} from '../render/reconciliation.ts';

const filters = createCheck(strictObject({ cursor: t.Optional(cursor), limit: t.Optional(limit) }));

/** The id of a reconciliation, or of a difference. */
const cursorKey = createCheck(storedId);

export const createReconciliationQueries = ({ store: { ledger } }: ApiDeps, authenticate: Authenticate) => {
  const find = async (params: { readonly id?: string | undefined }) => {
    const reconciliation = unwrapOrThrow(await ledger.findReconciliation(unwrapOrThrow(idOf(params))));
    if (reconciliation === null) throw httpError({ kind: 'not_found' });
    return reconciliation;
  };

  return new Elysia()
    .get(
      '/money/reconciliations',
      requirePermission(authenticate, 'money:read', async ({ request }) =>
        listOf(unwrapOrThrow(await ledger.reconciliations(readPageQuery(request.url))), renderReconciliation),
      ),
      operation({
        tag: 'Money',
        summary: 'List reconciliations',
        description: 'Newest first.',
        parameters: queryParameters(filters),
        responses: {
          200: {
            description: 'A page.',
            schema: reconciliationListJson.ref,
            example: moneySamples.reconciliations,
          },
        },
        failures: ['validation_failed'],
      }),
    )
    .get(
      '/money/reconciliations/:id',
      requirePermission(authenticate, 'money:read', async ({ params }) =>
        renderReconciliation(await find(params)),
      ),
      operation({
        tag: 'Money',
        summary: 'Get the current state of a reconciliation',
        parameters: [idParameter(moneySamples.reconciliation.id)],
        responses: {
          200: {
            description: 'The reconciliation.',
            schema: reconciliationJson.ref,
            example: moneySamples.reconciliation,
          },
        },
        failures: ['not_found'],
      }),
    )
    .get(
      '/money/reconciliations/:id/differences',
      requirePermission(authenticate, 'money:read', async ({ params, request }) => {
        const pageQuery = readPageQuery(request.url);
        const { id } = await find(params);
        return listOf(
          unwrapOrThrow(await ledger.differences({ reconciliationId: id, ...pageQuery })),
          renderDifference,
        );
      }),
      operation({
        tag: 'Money',
        summary: 'List the differences of a reconciliation',
        description:
          'The entries on which the provider’s ledger and ours do not agree, oldest first. At most 1,000 are stored for each reconciliation.',
        parameters: [idParameter(moneySamples.reconciliation.id), ...queryParameters(filters)],
        responses: {
          200: { description: 'A page.', schema: differenceListJson.ref, example: moneySamples.differences },
        },
        failures: ['not_found', 'validation_failed'],
      }),
    );
};

const readPageQuery = (url: string) => {
  const query = unwrapOrThrow(readQuery(url, filters));
  return { after: unwrapOrThrow(readCursor(query.cursor, cursorKey)), limit: query.limit ?? limitDefault };
};

const reconciliationBody = createCheck(strictObject({ day: dayField }));

export const createReconciliationCommands = (
  { store: { ledger, wakeup }, world }: ApiDeps,
  authenticate: Authenticate,
) =>
  new Elysia().post(
    '/money/reconciliations',
    requirePermission(authenticate, 'money:write', async ({ caller, request, set }) => {
      const createKey = unwrapOrThrow(
        optionalCommandKeyOf(request, caller.id, 'POST /money/reconciliations'),
      );
      const body = unwrapOrThrow(await readBody(request, reconciliationBody));
      const nowMs = world.clock.nowMs();
      const { day, fromMs, toMs } = unwrapOrThrow(readDay('/day', body.day, nowMs, world.calendar));
      const ids = { id: world.ids.next(nowMs), taskId: world.ids.next(nowMs) };
      const command = {
        ...ids,
        day,
        dayMs: fromMs,
        endMs: toMs,
        command: operatorCommand(world, caller, set),
        traceparent: world.traceparent(),
      };
      const requested =
        createKey === null
          ? (await ledger.requestReconciliation(command, nowMs)).map(firstResult)
          : await ledger.requestReconciliationOnce({ ...command, commandKey: createKey(day) }, nowMs);
      const { value, replayed } = unwrapOrThrow(requested);
      if (replayed) set.headers['idempotent-replayed'] = 'true';
      else wakeup.notify();
      set.status = 202;
      set.headers.location = `/money/reconciliations/${value.id}`;
      return renderReconciliation(value);
    }),
    operation({
      tag: 'Money',
      summary: 'Reconcile a day',
      description:
        'Compares each charge and refund of the provider’s ledger with ours, and ours with the provider’s. It changes no payment and no refund.',
      parameters: [optionalKeyParameter],
      body: { schema: reconciliationBody.schema, example: moneySamples.reconciliationBody },
      responses: {
        202: {
          description: 'The reconciliation, which a worker will run. `Location` is its path.',
          schema: reconciliationJson.ref,
          example: moneySamples.runningReconciliation,
          headers: ['location', 'idempotent-replayed'],
        },
      },
      failures: optionalKeyFailures,
    }),
  );
