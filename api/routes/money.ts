import { Elysia, t } from 'elysia';
import { moneyChecks } from '../../core/ledger.ts';
import type { ApiDeps } from '../deps.ts';
import type { Authenticate } from '../http/auth.ts';
import { createCheck } from '../http/check.ts';
import { listOf, readCursor } from '../http/cursor.ts';
import { httpError, unwrapOrThrow } from '../http/failures.ts';
import { readQuery } from '../http/query.ts';
import { requireRole } from '../http/requireRole.ts';
import { cursor, limit, limitDefault, storedId } from '../http/schemas.ts';
import { moneySamples } from '../openapi/moneySamples.ts';
import { operation, queryParameters } from '../openapi/operation.ts';
import { exactly } from '../render/component.ts';
import { findingListJson, moneyHealthJson, renderFinding, renderMoneyHealth } from '../render/moneyHealth.ts';

const filters = createCheck(exactly({ cursor: t.Optional(cursor), limit: t.Optional(limit) }));

/** The id of a finding. */
const key = createCheck(storedId);

export const moneyHealth = ({ store, world }: ApiDeps, authenticate: Authenticate) =>
  new Elysia()
    .get(
      '/money',
      requireRole(authenticate, ['operator'], async () => {
        const nowMs = world.clock.nowMs();
        return renderMoneyHealth(unwrapOrThrow(await store.ledger.counts(nowMs)), nowMs);
      }),
      operation({
        tag: 'Money',
        summary: 'Whether money is well',
        description: 'Numbers that are 0 in a healthy shop, each with its cases behind it.',
        responses: {
          200: {
            description: 'The numbers.',
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
        const name = moneyChecks.find((one) => one === params.check);
        if (name === undefined) throw httpError({ kind: 'not_found' });
        const query = unwrapOrThrow(readQuery(request.url, filters));
        const page = await store.ledger.cases({
          check: name,
          nowMs: world.clock.nowMs(),
          after: unwrapOrThrow(readCursor(query.cursor, key)),
          limit: query.limit ?? limitDefault,
        });
        return listOf(unwrapOrThrow(page), renderFinding);
      }),
      operation({
        tag: 'Money',
        summary: 'The cases behind a number',
        description: 'Oldest first.',
        parameters: [
          { name: 'check', in: 'path', required: true, schema: { type: 'string', enum: moneyChecks } },
          ...queryParameters(filters),
        ],
        responses: {
          200: { description: 'A page.', schema: findingListJson.ref, example: moneySamples.findings },
        },
        failures: ['not_found', 'validation_failed'],
      }),
    );
