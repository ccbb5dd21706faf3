import { Elysia, t } from 'elysia';
import type { ApiDeps } from '../deps.ts';
import type { Authenticate, Caller } from '../http/auth.ts';
import { holds } from '../http/caller.ts';
import { createCheck } from '../http/check.ts';
import { listOf, readCursor } from '../http/cursor.ts';
import { httpError, unwrapOrThrow } from '../http/failures.ts';
import { idOf } from '../http/path.ts';
import { readQuery } from '../http/query.ts';
import { requireOwnerOr, requirePermission } from '../http/requireRole.ts';
import { cursor, integer, limit, limitDefault, strictObject } from '../http/schemas.ts';
import { activitySamples } from '../openapi/activitySamples.ts';
import { idParameter, operation, queryParameters } from '../openapi/operation.ts';
import { samples } from '../openapi/samples.ts';
import { orderStateListJson, renderOrderState } from '../render/order.ts';
import { renderTimelineEntry, timelineListJson } from '../render/timeline.ts';

const filters = createCheck(strictObject({ cursor: t.Optional(cursor), limit: t.Optional(limit) }));

/** The `seq` of a state. */
const historyKey = createCheck(integer({ minimum: 1, maximum: 1_000_000_000 }));

/** A `TimelineKey`. */
const timelineKey = createCheck(
  strictObject({
    atMs: integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
    rank: integer({ minimum: 0, maximum: 9 }),
    key: t.String({ pattern: '^[\\x21-\\x7e]{1,100}$' }),
  }),
);

/** What happened to an order, in pages. */
export const createOrderHistoryQueries = ({ store, world }: ApiDeps, authenticate: Authenticate) => {
  const find = async (params: { readonly id?: string | undefined }, caller: Caller) => {
    const order = unwrapOrThrow(await store.orders.find(unwrapOrThrow(idOf(params))));
    if (order === null || (order.customerId !== caller.id && !holds(caller, 'orders:read')))
      throw httpError({ kind: 'not_found' });
    return order;
  };

  return new Elysia()
    .get(
      '/orders/:id/history',
      requireOwnerOr(authenticate, 'orders:read', async ({ caller, params, request }) => {
        const query = unwrapOrThrow(readQuery(request.url, filters));
        const after = unwrapOrThrow(readCursor(query.cursor, historyKey));
        const { id: orderId } = await find(params, caller);
        const page = await store.orders.history({ orderId, after, limit: query.limit ?? limitDefault });
        return listOf(unwrapOrThrow(page), renderOrderState);
      }),
      operation({
        tag: 'Orders',
        summary: 'List all states of an order',
        description: 'Oldest first. `GET /orders/{id}` has the newest 100.',
        parameters: [idParameter(samples.orderId), ...queryParameters(filters)],
        responses: {
          200: { description: 'A page.', schema: orderStateListJson.ref, example: activitySamples.history },
        },
        failures: ['not_found', 'validation_failed'],
      }),
    )
    .get(
      '/orders/:id/timeline',
      requirePermission(authenticate, 'orders:read', async ({ caller, params, request }) => {
        const query = unwrapOrThrow(readQuery(request.url, filters));
        const after = unwrapOrThrow(readCursor(query.cursor, timelineKey));
        const { id: orderId } = await find(params, caller);
        const nowMs = world.clock.nowMs();
        const page = await store.orders.timeline({
          orderId,
          nowMs,
          after,
          limit: query.limit ?? limitDefault,
        });
        return listOf(unwrapOrThrow(page), renderTimelineEntry);
      }),
      operation({
        tag: 'Orders',
        summary: 'List everything that happened to an order',
        description:
          'By time, oldest first: its states, attempts to pay with their decline codes, unfinished tasks at the time that they are due, mails, refunds, and the commands of operators. Only operators see who did what; an order’s history names nobody.',
        parameters: [idParameter(samples.orderId), ...queryParameters(filters)],
        responses: {
          200: { description: 'A page.', schema: timelineListJson.ref, example: activitySamples.timeline },
        },
        failures: ['not_found', 'validation_failed'],
      }),
    );
};
