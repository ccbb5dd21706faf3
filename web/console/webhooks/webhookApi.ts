import type { renderWebhookDelivery, renderWebhookEndpoint } from '../../../api/render/webhookEndpoint.ts';
import type { Call } from '../../shared/call.ts';
import { queryOf } from '../../shared/query.ts';
import type { DeliveryQuestion } from './webhookAddress.ts';

export type Endpoint = ReturnType<typeof renderWebhookEndpoint>;
export type Delivery = ReturnType<typeof renderWebhookDelivery>;
export type EventType = Endpoint['events'][number];

/** A replay under the same Idempotency-Key has no secret. */
export type EndpointWithSecret = Endpoint & { readonly secret?: string };

export type EndpointRequest = { readonly url: string; readonly events: readonly EventType[] };

const pageSize = 25;

const pathOf = (id: string): string => `/webhook-endpoints/${encodeURIComponent(id)}`;

export const endpointListPath = (cursor: string | null): string =>
  `/webhook-endpoints${queryOf({ cursor, limit: pageSize })}`;
export const endpointApiPath = pathOf;
export const deliveryListPath = (
  id: string,
  { outcome, cursor }: DeliveryQuestion,
  limit = pageSize,
): string => `${pathOf(id)}/deliveries${queryOf({ outcome, cursor, limit })}`;

type EndpointChange = Partial<EndpointRequest> | { readonly paused: boolean } | { readonly secret: 'rotate' };

export const createWebhookApi = (call: Call) => ({
  /** The same Idempotency-Key makes one endpoint, however often it is sent. */
  make: (request: EndpointRequest, idempotencyKey: string) =>
    call<EndpointWithSecret>({
      method: 'POST',
      path: '/webhook-endpoints',
      body: request,
      key: idempotencyKey,
    }),
  change: (id: string, change: EndpointChange) =>
    call<EndpointWithSecret>({ method: 'PATCH', path: pathOf(id), body: change }),
  end: (id: string) => call<undefined>({ method: 'DELETE', path: pathOf(id) }),
  test: (id: string) => call<{ readonly eventId: string }>({ method: 'POST', path: `${pathOf(id)}/test` }),
  resend: (id: string, deliveryId: string) =>
    call<{ readonly eventId: string }>({
      method: 'POST',
      path: `${pathOf(id)}/deliveries/${encodeURIComponent(deliveryId)}/resend`,
    }),
});
