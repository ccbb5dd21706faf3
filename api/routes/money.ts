import { Elysia, t } from 'elysia';
import { moneyChecks } from '../../core/ledger.ts';
import type { ApiDeps } from '../deps.ts';
import type { Authenticate } from '../http/auth.ts';
import { check } from '../http/check.ts';
import { listOf, readCursor } from '../http/cursor.ts';
import { orRefuse, refusal } from '../http/failures.ts';
import { readQuery } from '../http/query.ts';
import { signedIn } from '../http/requireRole.ts';
import { cursor, limit, limitDefault, storedId } from '../http/schemas.ts';
import { moneySamples } from '../openapi/moneySamples.ts';
import { operation, queryParameters } from '../openapi/operation.ts';
import { exactly } from '../render/component.ts';
import { findingListJson, moneyHealthJson, renderFinding, renderMoneyHealth } from '../render/moneyHealth.ts';

const filters = check(exactly({ cursor: t.Optional(cursor), limit: t.Optional(limit) }));

/** The id of a finding. */
const key = check(storedId);

export const moneyHealth = ({ store, world }: ApiDeps, authenticate: Authenticate) =>
  new Elysia()
    .get(
      '/money',
      signedIn(authenticate, ['operator'], async () => {
        const nowMs = world.clock.nowMs();
        return renderMoneyHealth(orRefuse(await store.ledger.counts(nowMs)), nowMs);
      }),
      operation({
        tag: 'Money',
        summary: 'Whether money is well',
        description: 'Numbers that are 0 in a healthy shop, each with its cases behind it.',
        answers: {
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
      signedIn(authenticate, ['operator'], async ({ params, request }) => {
        const name = moneyChecks.find((one) => one === params.check);
        if (name === undefined) throw refusal({ kind: 'not_found' });
        const query = orRefuse(readQuery(request.url, filters));
        const page = await store.ledger.cases({
          check: name,
          nowMs: world.clock.nowMs(),
          after: orRefuse(readCursor(query.cursor, key)),
          limit: query.limit ?? limitDefault,
        });
        return listOf(orRefuse(page), renderFinding);
      }),
      operation({
        tag: 'Money',
        summary: 'The cases behind a number',
        description: 'Oldest first.',
        parameters: [
          { name: 'check', in: 'path', required: true, schema: { type: 'string', enum: moneyChecks } },
          ...queryParameters(filters),
        ],
        answers: {
          200: { description: 'A page.', schema: findingListJson.ref, example: moneySamples.findings },
        },
        failures: ['not_found', 'validation_failed'],
      }),
    );
