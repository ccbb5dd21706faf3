import { Elysia, t } from 'elysia';
import type { ApiDeps } from '../deps.ts';
import type { Authenticate } from '../http/auth.ts';
import { readBody } from '../http/body.ts';
import { createCheck } from '../http/check.ts';
import { listOf, readCursor } from '../http/cursor.ts';
import { httpError, unwrapOrThrow } from '../http/failures.ts';
import { idOf } from '../http/path.ts';
import { readQuery } from '../http/query.ts';
import { requireRole } from '../http/requireRole.ts';
import { cursor, limit, limitDefault, storedId } from '../http/schemas.ts';
import { day, readDay } from '../http/time.ts';
import { moneySamples } from '../openapi/moneySamples.ts';
import { idParameter, operation, queryParameters } from '../openapi/operation.ts';
import { exactly } from '../render/component.ts';
import {
  differenceListJson,
  moneyAuditJson,
  moneyAuditListJson,
  renderDifference,
  renderMoneyAudit,
} from '../render/reconciliation.ts';

const filters = createCheck(exactly({ cursor: t.Optional(cursor), limit: t.Optional(limit) }));

/** The id of an audit, or of a difference. */
const key = createCheck(storedId);

export const reconciliationQueries = (
  { store: { ledger: moneyBooks } }: ApiDeps,
  authenticate: Authenticate,
) => {
  const find = async (params: { readonly id?: string | undefined }) => {
    const audit = unwrapOrThrow(await moneyBooks.findReconciliation(unwrapOrThrow(idOf(params))));
    if (audit === null) throw httpError({ kind: 'not_found' });
    return audit;
  };

  return new Elysia()
    .get(
      '/money/audits',
      requireRole(authenticate, ['operator'], async ({ request }) =>
        listOf(unwrapOrThrow(await moneyBooks.reconciliations(pageAsked(request.url))), renderMoneyAudit),
      ),
      operation({
        tag: 'Money',
        summary: 'Audits of days',
        description: 'Newest first.',
        parameters: queryParameters(filters),
        responses: {
          200: { description: 'A page.', schema: moneyAuditListJson.ref, example: moneySamples.moneyAudits },
        },
        failures: ['validation_failed'],
      }),
    )
    .get(
      '/money/audits/:id',
      requireRole(authenticate, ['operator'], async ({ params }) => renderMoneyAudit(await find(params))),
      operation({
        tag: 'Money',
        summary: 'An audit as it now stands',
        parameters: [idParameter(moneySamples.moneyAudit.id)],
        responses: {
          200: { description: 'The audit.', schema: moneyAuditJson.ref, example: moneySamples.moneyAudit },
        },
        failures: ['not_found'],
      }),
    )
    .get(
      '/money/audits/:id/differences',
      requireRole(authenticate, ['operator'], async ({ params, request }) => {
        const asked = pageAsked(request.url);
        const { id } = await find(params);
        return listOf(
          unwrapOrThrow(await moneyBooks.differences({ reconciliationId: id, ...asked })),
          renderDifference,
        );
      }),
      operation({
        tag: 'Money',
        summary: 'How the provider’s ledger and our books differ',
        description: 'Oldest first; of an audit that found very many, the first 1,000.',
        parameters: [idParameter(moneySamples.moneyAudit.id), ...queryParameters(filters)],
        responses: {
          200: { description: 'A page.', schema: differenceListJson.ref, example: moneySamples.differences },
        },
        failures: ['not_found', 'validation_failed'],
      }),
    );
};

const pageAsked = (url: string) => {
  const query = unwrapOrThrow(readQuery(url, filters));
  return { after: unwrapOrThrow(readCursor(query.cursor, key)), limit: query.limit ?? limitDefault };
};

const auditing = createCheck(exactly({ day }));

export const reconciliationCommands = ({ store, world }: ApiDeps, authenticate: Authenticate) =>
  new Elysia().post(
    '/money/audits',
    requireRole(authenticate, ['operator'], async ({ request, set }) => {
      const body = unwrapOrThrow(await readBody(request, auditing));
      const nowMs = world.clock.nowMs();
      const dayMs = unwrapOrThrow(readDay('/day', body.day, nowMs));
      const ids = { id: world.ids.next(nowMs), taskId: world.ids.next(nowMs) };
      const audit = unwrapOrThrow(await store.ledger.requestReconciliation({ ...ids, dayMs }, nowMs));
      store.wakeup.notify();
      set.status = 202;
      set.headers.location = `/money/audits/${audit.id}`;
      return renderMoneyAudit(audit);
    }),
    operation({
      tag: 'Money',
      summary: 'Compare a day’s ledger with our books',
      description:
        'Each charge and refund of the provider with ours, and ours with theirs. It changes nothing.',
      body: { schema: auditing.schema, example: moneySamples.auditing },
      responses: {
        202: {
          description: 'The audit, which a worker does: see `Location`.',
          schema: moneyAuditJson.ref,
          example: moneySamples.moneyAuditRunning,
          headers: ['location'],
        },
      },
      failures: [],
    }),
  );
