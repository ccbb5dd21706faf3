import { Elysia, t } from 'elysia';
import { err, ok, type Result } from 'neverthrow';
import { createResultBatcher } from '../../core/batch.ts';
import { type OrderQuery, orderStatuses } from '../../core/order.ts';
import type { ApiDeps } from '../deps.ts';
import type { Authenticate, Caller } from '../http/auth.ts';
import { readBody } from '../http/body.ts';
import { createCheck } from '../http/check.ts';
import { listOf, readCursor } from '../http/cursor.ts';
import { httpError, type RequestFailure, unwrapOrThrow } from '../http/failures.ts';
import { preferredLanguage } from '../http/language.ts';
import { idOf } from '../http/path.ts';
import { readQuery } from '../http/query.ts';
import { isOperator, requireRole } from '../http/requireRole.ts';
import {
  cursor,
  integer,
  limit,
  limitDefault,
  oneOf,
  productType,
  storedId,
  text,
  uuid,
} from '../http/schemas.ts';
import { q, readSearch } from '../http/search.ts';
import { moment, readMoment } from '../http/time.ts';
import { idParameter, operation, queryParameters } from '../openapi/operation.ts';
import { samples } from '../openapi/samples.ts';
import { exactly } from '../render/component.ts';
import {
  orderDetailJson,
  orderJson,
  orderListJson,
  renderOrder,
  renderOrderDetail,
} from '../render/order.ts';

const filters = createCheck(
  exactly({
    q: t.Optional(q),
    status: t.Optional(oneOf(orderStatuses)),
    type: t.Optional(productType),
    from: t.Optional(moment('Ordered at this time or after.')),
    to: t.Optional(moment('Ordered before this time.')),
    customerId: t.Optional(text(255, 'a customer id')),
    cursor: t.Optional(cursor),
    limit: t.Optional(limit),
  }),
);

/** The id of an order. */
const key = createCheck(storedId);

export const orderQueries = ({ store }: ApiDeps, authenticate: Authenticate) =>
  new Elysia()
    .get(
      '/orders',
      requireRole(authenticate, ['customer', 'operator'], async ({ caller, request }) => {
        const query = unwrapOrThrow(readQuery(request.url, filters));
        const asked: OrderQuery = {
          search: unwrapOrThrow(readSearch(query.q)),
          status: query.status ?? null,
          type: query.type ?? null,
          fromMs: unwrapOrThrow(readMoment('from', query.from)),
          toMs: unwrapOrThrow(readMoment('to', query.to)),
          customerId: unwrapOrThrow(customerFor(caller, query.customerId)),
          after: unwrapOrThrow(readCursor(query.cursor, key)),
          limit: query.limit ?? limitDefault,
        };
        return listOf(unwrapOrThrow(await store.orders.list(asked)), renderOrder);
      }),
      operation({
        tag: 'Orders',
        summary: 'Find orders',
        description: 'Newest first. A customer finds their own, an operator everybody’s.',
        parameters: queryParameters(filters),
        responses: { 200: { description: 'A page.', schema: orderListJson.ref, example: samples.orders } },
        failures: ['validation_failed'],
      }),
    )
    .get(
      '/orders/:id',
      requireRole(authenticate, ['customer', 'operator'], async ({ caller, params }) => {
        const order = unwrapOrThrow(await store.orders.find(unwrapOrThrow(idOf(params))));
        if (order === null || !maySee(caller, order)) throw httpError({ kind: 'not_found' });
        return renderOrderDetail(order);
      }),
      operation({
        tag: 'Orders',
        summary: 'One order, with its payment and everything that happened to it',
        parameters: [idParameter(samples.orderId)],
        responses: {
          200: { description: 'The order.', schema: orderDetailJson.ref, example: samples.orderDetail },
        },
        failures: ['not_found'],
      }),
    );

/** Whose orders are listed; null for everybody's. */
const customerFor = (
  caller: Caller,
  asked: string | undefined,
): Result<string | null, Extract<RequestFailure, { kind: 'forbidden' }>> => {
  if (isOperator(caller)) return ok(asked ?? null);
  if (asked === undefined || asked === caller.id) return ok(caller.id);
  return err({ kind: 'forbidden', reason: 'A customer finds only their own orders.' });
};

const maySee = (caller: Caller, order: { readonly customerId: string }): boolean =>
  order.customerId === caller.id || isOperator(caller);

const placing = createCheck(exactly({ productId: uuid, quantity: integer({ minimum: 1, maximum: 10_000 }) }));

/** How many orders may share one statement, and how many may wait for it before more are refused. */
const placeLimits = { batchMax: 128, waitingMax: 4096 };

export const orderPlacing = ({ store, world }: ApiDeps, authenticate: Authenticate) => {
  const place = createResultBatcher(store.orders.place, placeLimits, world);
  return new Elysia().post(
    '/orders',
    requireRole(authenticate, ['customer'], async ({ caller, request, set }) => {
      const { productId, quantity } = unwrapOrThrow(await readBody(request, placing));
      const placed = await place({
        id: world.ids.next(world.clock.nowMs()),
        customerId: caller.id,
        contact: {
          email: caller.email,
          language: caller.language ?? preferredLanguage(request.headers.get('accept-language')),
        },
        productId: productId.toLowerCase(),
        quantity,
      });
      const order = unwrapOrThrow(placed.andThen((each) => each));
      set.status = 201;
      set.headers.location = `/orders/${order.id}`;
      return renderOrder(order);
    }),
    operation({
      tag: 'Orders',
      summary: 'Order a product',
      description: 'The order has the name and the price of this moment, and waits to be paid.',
      body: { schema: placing.schema, example: samples.placing },
      responses: {
        201: {
          description: 'The order, pending.',
          schema: orderJson.ref,
          example: samples.order,
          headers: ['location'],
        },
      },
      failures: ['not_found', 'amount_too_large'],
    }),
  );
};

export const orderCancelling = ({ store, world }: ApiDeps, authenticate: Authenticate) =>
  new Elysia().delete(
    '/orders/:id',
    requireRole(authenticate, ['customer', 'operator'], async ({ caller, params }) => {
      const id = unwrapOrThrow(idOf(params));
      const cancelled = await store.orders.cancel(id, caller.id, world.clock.nowMs());
      // What a customer may not see is not there; an operator sees it, and hears why it cannot be done.
      if (cancelled.isErr() && cancelled.error.kind === 'not_found' && isOperator(caller)) {
        const order = unwrapOrThrow(await store.orders.find(id));
        if (order !== null)
          throw httpError({ kind: 'forbidden', reason: 'Only its owner cancels an order.' });
      }
      unwrapOrThrow(cancelled);
      return new Response(null, { status: 204 });
    }),
    operation({
      tag: 'Orders',
      summary: 'Cancel a pending order',
      parameters: [idParameter(samples.orderId)],
      responses: { 204: { description: 'It is cancelled.' } },
      failures: ['not_found', 'order_not_pending'],
    }),
  );
