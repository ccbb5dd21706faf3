import { Elysia, t } from 'elysia';
import { moneyChecks } from '../../core/ledger.ts';
import type { ApiDeps } from '../deps.ts';
import type { Authenticate } from '../http/auth.ts';
import { createCheck } from '../http/check.ts';
import { listOf, readCursor } from '../http/cursor.ts';
import { httpError, unwrapOrThrow } from '../http/failures.ts';
import { readQuery } from '../http/query.ts';
import { requireRole } from '../http/requireRole.ts';
import { cursor, limit, limitDefault, storedId, strictObject } from '../http/schemas.ts';
import { moneySamples } from '../openapi/moneySamples.ts';
import { operation, queryParameters } from '../openapi/operation.ts';
import {
  moneyCaseListJson,
  moneyHealthJson,
  renderMoneyCase,
  renderMoneyHealth,
} from '../render/moneyHealth.ts';

const filters = createCheck(strictObject({ cursor: t.Optional(cursor), limit: t.Optional(limit) }));

/** The id of a case. */
const cursorKey = createCheck(storedId);

export const createMoneyHealthQueries = ({ store, world }: ApiDeps, authenticate: Authenticate) =>
  new Elysia()
    .get(
      '/money',
      requireRole(authenticate, ['operator'], async () => {
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
      requireRole(authenticate, ['operator'], async ({ params, request }) => {
        const check = moneyChecks.find((check) => check === params.check);
        if (check === undefined) throw httpError({ kind: 'not_found' });
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
        description: 'Oldest first.',
        parameters: [
          { name: 'check', in: 'path', required: true, schema: { type: 'string', enum: moneyChecks } },
          ...queryParameters(filters),
        ],
        responses: {
          200: { description: 'A page.', schema: moneyCaseListJson.ref, example: moneySamples.moneyCases },
        },
        failures: ['not_found', 'validation_failed'],
      }),
    );
