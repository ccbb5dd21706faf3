import { Elysia, t } from 'elysia';
import { deliveryOutcomes } from '../../core/delivery.ts';
import { pageOf } from '../../core/page.ts';
import type { AsyncResult } from '../../core/result.ts';
import type { Store } from '../../core/store.ts';
import type { Subscription } from '../../core/subscription.ts';
import type { ApiDeps } from '../deps.ts';
import type { Authenticate } from '../http/auth.ts';
import { createCheck } from '../http/check.ts';
import { listOf, readCursor } from '../http/cursor.ts';
import { httpError, unwrapOrThrow } from '../http/failures.ts';
import { idOf } from '../http/path.ts';
import { readQuery } from '../http/query.ts';
import { requirePermission } from '../http/requireRole.ts';
import { cursor, limit, limitDefault, oneOf, storedId, strictObject } from '../http/schemas.ts';
import { idParameter, operation, queryParameters } from '../openapi/operation.ts';
import { webhookSamples } from '../openapi/webhookSamples.ts';
import {
  type Backlog,
  noBacklog,
  renderWebhookDelivery,
  renderWebhookEndpoint,
  webhookDeliveryListJson,
  webhookEndpointJson,
  webhookEndpointListJson,
} from '../render/webhookEndpoint.ts';

const filters = createCheck(strictObject({ cursor: t.Optional(cursor), limit: t.Optional(limit) }));

const deliveryFilters = createCheck(
  strictObject({
    outcome: t.Optional(oneOf(deliveryOutcomes)),
    cursor: t.Optional(cursor),
    limit: t.Optional(limit),
  }),
);

/** The id of an endpoint, or of a delivery. */
const cursorKey = createCheck(storedId);

/** The endpoint of a path. Throws if there is none. */
export const findEndpoint = async (
  store: Pick<Store, 'subscriptions'>,
  params: { readonly id?: string | undefined },
): Promise<Subscription> => {
  const found = await readEndpoint(store, unwrapOrThrow(idOf(params)));
  if (found === null) throw httpError({ kind: 'not_found' });
  return found;
};

/** Null if there is none; a subscription of another kind is none. */
export const readEndpoint = async (
  { subscriptions }: Pick<Store, 'subscriptions'>,
  id: string,
): Promise<Subscription | null> => {
  const found = unwrapOrThrow(await subscriptions.find(id));
  return found?.kind === 'webhook' ? found : null;
};

/** The events that wait for an endpoint. */
export const readBacklog = async ({ events }: Pick<Store, 'events'>, id: string): AsyncResult<Backlog> =>
  (await events.backlog({ id })).map(([found]) => found ?? noBacklog);

export const createWebhookEndpointQueries = ({ store }: ApiDeps, authenticate: Authenticate) =>
  new Elysia()
    .get(
      '/webhook-endpoints',
      requirePermission(authenticate, 'webhooks:write', async ({ request }) => {
        const query = unwrapOrThrow(readQuery(request.url, filters));
        const after = unwrapOrThrow(readCursor(query.cursor, cursorKey));
        // There are few, so the page is cut here.
        const newestFirst = unwrapOrThrow(await store.events.backlog({ kind: 'webhook' }))
          .filter(({ subscription: { id } }) => after === null || id < after)
          .toReversed();
        const page = pageOf(newestFirst, query.limit ?? limitDefault, ({ subscription: { id } }) => id);
        return listOf(page, ({ subscription, ...backlog }) => renderWebhookEndpoint(subscription, backlog));
      }),
      operation({
        tag: 'Webhook endpoints',
        summary: 'List webhook endpoints',
        description: 'Newest first, each with how far it is behind.',
        parameters: queryParameters(filters),
        responses: {
          200: { description: 'A page.', schema: webhookEndpointListJson.ref, example: webhookSamples.list },
        },
        failures: ['validation_failed'],
      }),
    )
    .get(
      '/webhook-endpoints/:id',
      requirePermission(authenticate, 'webhooks:write', async ({ params }) => {
        const endpoint = await findEndpoint(store, params);
        return renderWebhookEndpoint(endpoint, unwrapOrThrow(await readBacklog(store, endpoint.id)));
      }),
      operation({
        tag: 'Webhook endpoints',
        summary: 'Get a webhook endpoint',
        description: 'With how far it is behind, and why it is paused, if the shop has paused it.',
        parameters: [idParameter(webhookSamples.id)],
        responses: {
          200: {
            description: 'The endpoint.',
            schema: webhookEndpointJson.ref,
            example: webhookSamples.endpoint,
          },
        },
        failures: ['not_found'],
      }),
    )
    .get(
      '/webhook-endpoints/:id/deliveries',
      requirePermission(authenticate, 'webhooks:write', async ({ params, request }) => {
        const query = unwrapOrThrow(readQuery(request.url, deliveryFilters));
        const after = unwrapOrThrow(readCursor(query.cursor, cursorKey));
        const { id } = await findEndpoint(store, params);
        const page = await store.deliveries.list({
          subscriptionId: id,
          outcome: query.outcome ?? null,
          after,
          limit: query.limit ?? limitDefault,
        });
        return listOf(unwrapOrThrow(page), renderWebhookDelivery);
      }),
      operation({
        tag: 'Webhook endpoints',
        summary: 'List the deliveries of an endpoint',
        description:
          'The events that were sent in the last 30 days, or for as long as the shop sets (`KEEP_DELIVERIES_DAYS`), each with its last attempt, the newest event first. An event that was not yet tried is not listed.',
        parameters: [idParameter(webhookSamples.id), ...queryParameters(deliveryFilters)],
        responses: {
          200: {
            description: 'A page.',
            schema: webhookDeliveryListJson.ref,
            example: webhookSamples.deliveries,
          },
        },
        failures: ['not_found', 'validation_failed'],
      }),
    );
