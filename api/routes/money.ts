import { Elysia, t } from 'elysia';
import { firstResult } from '../../core/commandKey.ts';
import { type MoneyCheck, moneyChecks } from '../../core/ledger.ts';
import type { ApiDeps } from '../deps.ts';
import type { Authenticate } from '../http/auth.ts';
import { readBody } from '../http/body.ts';
import { actorOf } from '../http/caller.ts';
import { createCheck } from '../http/check.ts';
import { listOf, readCursor } from '../http/cursor.ts';
import { httpError, nameMissingId, unwrapOrThrow } from '../http/failures.ts';
import { optionalCommandKeyOf } from '../http/idempotencyKey.ts';
import { operatorCommand } from '../http/operatorCommand.ts';
import { readQuery } from '../http/query.ts';
import { requirePermission } from '../http/requireRole.ts';
import { cursor, limit, limitDefault, storedId, strictObject, text, uuid } from '../http/schemas.ts';
import { moneySamples } from '../openapi/moneySamples.ts';
import {
  operation,
  optionalKeyFailures,
  optionalKeyParameter,
  queryParameters,
} from '../openapi/operation.ts';
import {
  moneyCaseJson,
  moneyCaseListJson,
  moneyHealthJson,
  renderMoneyCase,
  renderMoneyHealth,
} from '../render/moneyHealth.ts';
import { refundJson, renderRequestedRefund } from '../render/refund.ts';

const filters = createCheck(strictObject({ cursor: t.Optional(cursor), limit: t.Optional(limit) }));

/** The id of a case. */
const cursorKey = createCheck(storedId);

const checkParameter = {
  name: 'check',
  in: 'path',
  required: true,
  schema: { type: 'string', enum: moneyChecks },
} as const;

const checkOf = (params: { readonly check?: string | undefined }): MoneyCheck => {
  const check = moneyChecks.find((each) => each === params.check);
  if (check === undefined) throw httpError({ kind: 'not_found' });
  return check;
};

export const createMoneyHealthQueries = ({ store, world }: ApiDeps, authenticate: Authenticate) =>
  new Elysia()
    .get(
      '/money',
      requirePermission(authenticate, 'money:read', async () => {
        const nowMs = world.clock.nowMs();
        return renderMoneyHealth(unwrapOrThrow(await store.ledger.counts(nowMs)), nowMs);
      }),
      operation({
        tag: 'Money',
        summary: 'Check that all money is accounted for',
        description: 'Each check counts its cases. All counts are 0 in a healthy shop.',
        responses: {
          200: {
            description: 'The counts.',
            schema: moneyHealthJson.ref,
            example: moneySamples.moneyHealth,
          },
        },
        failures: [],
      }),
    )
    .get(
      '/money/:check',
      requirePermission(authenticate, 'money:read', async ({ params, request }) => {
        const check = checkOf(params);
        const query = unwrapOrThrow(readQuery(request.url, filters));
        const page = await store.ledger.cases({
          check,
          nowMs: world.clock.nowMs(),
          after: unwrapOrThrow(readCursor(query.cursor, cursorKey)),
          limit: query.limit ?? limitDefault,
        });
        return listOf(unwrapOrThrow(page), renderMoneyCase);
      }),
      operation({
        tag: 'Money',
        summary: 'List the cases of a check',
        description: 'Oldest first, open and acknowledged ones.',
        parameters: [checkParameter, ...queryParameters(filters)],
        responses: {
          200: { description: 'A page.', schema: moneyCaseListJson.ref, example: moneySamples.moneyCases },
        },
        failures: ['not_found', 'validation_failed'],
      }),
    );

const acknowledgementBody = createCheck(
  strictObject({ caseId: uuid, note: text(500, 'what was found and done') }),
);

const acknowledgementRoute = 'POST /money/{check}/acknowledgements';

const refundRoute = 'POST /money/{check}/refunds';

const refundBody = createCheck(strictObject({ caseId: uuid, reason: text(500, 'why it is given back') }));

export const createMoneyCaseCommands = ({ store, refundCase, world }: ApiDeps, authenticate: Authenticate) =>
  new Elysia()
    .post(
      '/money/:check/acknowledgements',
      requirePermission(authenticate, 'money:write', async ({ params, request, set, caller }) => {
        const createKey = unwrapOrThrow(optionalCommandKeyOf(request, caller.id, acknowledgementRoute));
        const check = checkOf(params);
        const { caseId, note } = unwrapOrThrow(await readBody(request, acknowledgementBody));
        const command = {
          check,
          caseId: caseId.toLowerCase(),
          note,
          actor: actorOf(caller),
          command: operatorCommand(world, caller, set),
        };
        const nowMs = world.clock.nowMs();
        const acknowledged =
          createKey === null
            ? (await store.ledger.acknowledge(command, nowMs)).map(firstResult)
            : await store.ledger.acknowledgeOnce(
                { ...command, commandKey: createKey(check, command.caseId, note) },
                nowMs,
              );
        const { value, replayed } = unwrapOrThrow(nameMissingId(acknowledged, 'caseId', caseId));
        if (replayed) set.headers['idempotent-replayed'] = 'true';
        set.status = 201;
        return renderMoneyCase(value);
      }),
      operation({
        tag: 'Money',
        summary: 'Acknowledge a case that was dealt with',
        description:
          'The case is no longer counted and stays listed, with the note, who wrote it and when. A new note replaces the one before. If the same thing happens again later, the case is open again. A difference between the ledgers stays acknowledged when its day is reconciled again.',
        parameters: [checkParameter, optionalKeyParameter],
        body: { schema: acknowledgementBody.schema, example: moneySamples.acknowledgementBody },
        responses: {
          201: {
            description: 'The acknowledged case.',
            schema: moneyCaseJson.ref,
            example: moneySamples.acknowledgedCase,
            headers: ['idempotent-replayed'],
          },
        },
        failures: ['not_found', 'id_not_found', ...optionalKeyFailures],
      }),
    )
    .post(
      '/money/:check/refunds',
      requirePermission(authenticate, 'money:write', async ({ params, request, set, caller }) => {
        // A case is refunded once, whatever its key. But who sends a key that is none is mistaken about something.
        unwrapOrThrow(optionalCommandKeyOf(request, caller.id, refundRoute));
        const check = checkOf(params);
        const { caseId, reason } = unwrapOrThrow(await readBody(request, refundBody));
        const command = { check, caseId: caseId.toLowerCase(), reason, actor: actorOf(caller) };
        const by = operatorCommand(world, caller, set);
        const made = await refundCase({ ...command, command: by });
        const { refund, replayed } = unwrapOrThrow(nameMissingId(made, 'caseId', caseId));
        if (replayed) set.headers['idempotent-replayed'] = 'true';
        set.status = 202;
        set.headers.location = `/refunds/${refund.id}`;
        return renderRequestedRefund(refund);
      }),
      operation({
        tag: 'Money',
        summary: 'Refund a charge that has no order',
        description:
          'For a case of `ledger_differences`: a charge that belongs to no payment of this shop, one whose payment was declined or cancelled, or a second charge of a payment. The whole charge is refunded, once, and the case is acknowledged. A further request gets the same refund. The charge that paid for orders is refunded with `POST /refunds`.',
        parameters: [
          checkParameter,
          { ...optionalKeyParameter, description: 'Not needed: a case is refunded once, whatever the key.' },
        ],
        body: { schema: refundBody.schema, example: moneySamples.caseRefundBody },
        responses: {
          202: {
            description: 'The refund, which a worker will make. `Location` has its current state.',
            schema: refundJson.ref,
            example: moneySamples.caseRefund,
            headers: ['location', 'idempotent-replayed'],
          },
        },
        failures: ['idempotency_key_invalid', 'not_found', 'id_not_found', 'case_not_refundable'],
      }),
    );
