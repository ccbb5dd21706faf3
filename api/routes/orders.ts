import { Elysia, t } from 'elysia';
import { err, ok, type Result } from 'neverthrow';
import { createResultBatcher } from '../../core/batcher.ts';
import { parseCheckoutNumber } from '../../core/checkoutNumber.ts';
import { firstResult, type Keyed } from '../../core/commandKey.ts';
import { type OrderQuery, type OrderRequest, orderStatuses } from '../../core/order.ts';
import type { ApiDeps } from '../deps.ts';
import type { Authenticate, Caller } from '../http/auth.ts';
import { readBody } from '../http/body.ts';
import { holds } from '../http/caller.ts';
import { createCheck } from '../http/check.ts';
import { listOf, readCursor } from '../http/cursor.ts';
import { httpError, type RequestFailure, unwrapOrThrow } from '../http/failures.ts';
import { optionalCommandKeyOf } from '../http/idempotencyKey.ts';
import { preferredLanguage } from '../http/language.ts';
import { idOf } from '../http/path.ts';
import { readQuery } from '../http/query.ts';
import { requireOwnerOr, requireRole } from '../http/requireRole.ts';
import {
  cursor,
  integer,
  limit,
  limitDefault,
  oneOf,
  productType,
  storedId,
  strictObject,
  text,
  uuid,
} from '../http/schemas.ts';
import { readSearch, searchParameter } from '../http/search.ts';
import { readFrom, readTo, timeParameter } from '../http/time.ts';
import {
  idParameter,
  languageParameter,
  operation,
  optionalKeyFailures,
  optionalKeyParameter,
  queryParameters,
} from '../openapi/operation.ts';
import { samples } from '../openapi/samples.ts';
import {
  orderDetailJson,
  orderJson,
  orderListJson,
  renderOrder,
  renderOrderDetail,
} from '../render/order.ts';

const filters = createCheck(
  strictObject({
    q: t.Optional(searchParameter),
    status: t.Optional(oneOf(orderStatuses)),
    type: t.Optional(productType),
    from: t.Optional(
      timeParameter(
        'Orders that were placed at this time or later. A plain date is that whole day in the shop’s time zone.',
      ),
    ),
    to: t.Optional(
      timeParameter(
        'Orders that were placed before this time. A plain date is that whole day in the shop’s time zone: it is included.',
      ),
    ),
    customerId: t.Optional(text(255, 'a customer id')),
    number: t.Optional(text(40, 'the number of a checkout')),
    cursor: t.Optional(cursor),
    limit: t.Optional(limit),
  }),
);

/** The id of an order. */
const cursorKey = createCheck(storedId);

export const createOrderQueries = ({ store, world }: ApiDeps, authenticate: Authenticate) =>
  new Elysia()
    .get(
      '/orders',
      requireOwnerOr(authenticate, 'orders:read', async ({ caller, request }) => {
        const query = unwrapOrThrow(readQuery(request.url, filters));
        const number = query.number === undefined ? null : parseCheckoutNumber(query.number);
        const orderQuery: OrderQuery = {
          search: unwrapOrThrow(readSearch(query.q)),
          status: query.status ?? null,
          type: query.type ?? null,
          fromMs: unwrapOrThrow(readFrom(query.from, world.calendar)),
          toMs: unwrapOrThrow(readTo(query.to, world.calendar)),
          customerId: unwrapOrThrow(customerFilter(caller, query.customerId)),
          number,
          after: unwrapOrThrow(readCursor(query.cursor, cursorKey)),
          limit: query.limit ?? limitDefault,
        };
        // No checkout can have the number.
        if (query.number !== undefined && number === null)
          return listOf({ items: [], next: null }, renderOrder);
        return listOf(unwrapOrThrow(await store.orders.list(orderQuery)), renderOrder);
      }),
      operation({
        tag: 'Orders',
        summary: 'Find orders',
        description:
          'Newest first. A customer finds only their own orders. A caller with the permission finds all orders.',
        parameters: queryParameters(filters),
        responses: { 200: { description: 'A page.', schema: orderListJson.ref, example: samples.orders } },
        failures: ['validation_failed'],
      }),
    )
    .get(
      '/orders/:id',
      requireOwnerOr(authenticate, 'orders:read', async ({ caller, params }) => {
        const order = unwrapOrThrow(await store.orders.find(unwrapOrThrow(idOf(params))));
        if (order === null || !maySee(caller, order)) throw httpError({ kind: 'not_found' });
        return renderOrderDetail(order);
      }),
      operation({
        tag: 'Orders',
        summary: 'Get an order with its payment and history',
        parameters: [idParameter(samples.orderId)],
        responses: {
          200: { description: 'The order.', schema: orderDetailJson.ref, example: samples.orderDetail },
        },
        failures: ['not_found'],
      }),
    );

/** The customer whose orders are listed. Null for all customers, which needs a permission. */
const customerFilter = (
  caller: Caller,
  requested: string | undefined,
): Result<string | null, Extract<RequestFailure, { kind: 'forbidden' }>> => {
  if (holds(caller, 'orders:read')) return ok(requested ?? null);
  if (requested === undefined || requested === caller.id) return ok(caller.id);
  return err({
    kind: 'forbidden',
    reason:
      'A customer can list only their own orders. Leave customerId out, or use a token with the permission orders:read.',
    missing: ['orders:read'],
  });
};

const maySee = (caller: Caller, order: { readonly customerId: string }): boolean =>
  order.customerId === caller.id || holds(caller, 'orders:read');

const quantity = integer({ minimum: 1, maximum: 10_000 });
const placeOrderBody = createCheck(strictObject({ productId: uuid, quantity }));
const changeOrderBody = createCheck(strictObject({ quantity }));

type NewOrder = Omit<OrderRequest, 'id'>;

/** The most orders in one statement, and the most that may wait for it. Further ones get `unavailable`. */
const placeLimits = { batchMax: 128, waitingMax: 4_096 };

export const createPlaceOrderRoute = (
  { store, world, ordersPendingMax, orderTtlMs }: ApiDeps,
  authenticate: Authenticate,
) => {
  const { orders } = store;
  /** A range of time is a range of ids, so the id has the time at which the order is placed, not that of its request. */
  const withIds = <Request extends object>(requests: readonly Request[], nowMs: number) =>
    requests.map((request) => ({ ...request, id: world.ids.next(nowMs) }));
  const place = createResultBatcher(
    (requests: readonly NewOrder[], nowMs: number) =>
      orders.place(withIds(requests, nowMs), nowMs, ordersPendingMax),
    placeLimits,
    world,
  );
  const placeOnce = createResultBatcher(
    (requests: readonly Keyed<NewOrder>[], nowMs: number) =>
      orders.placeOnce(withIds(requests, nowMs), nowMs, ordersPendingMax),
    placeLimits,
    world,
  );
  return new Elysia().post(
    '/orders',
    requireRole(authenticate, 'customer', async ({ caller, request, set }) => {
      const createKey = unwrapOrThrow(optionalCommandKeyOf(request, caller.id, 'POST /orders'));
      const { quantity, ...body } = unwrapOrThrow(await readBody(request, placeOrderBody));
      const productId = body.productId.toLowerCase();
      const order: NewOrder = {
        customerId: caller.id,
        contact: {
          email: caller.email,
          language: caller.language ?? preferredLanguage(request.headers.get('accept-language')),
        },
        productId,
        quantity,
        ttlMs: orderTtlMs,
        traceparent: world.traceparent(),
      };
      const placed =
        createKey === null
          ? (await place(order)).andThen((result) => result.map(firstResult))
          : (await placeOnce({ ...order, commandKey: createKey(productId, quantity) })).andThen(
              (result) => result,
            );
      const { value, replayed } = unwrapOrThrow(placed);
      set.status = 201;
      set.headers.location = `/orders/${value.id}`;
      if (replayed) set.headers['idempotent-replayed'] = 'true';
      return renderOrder(value);
    }),
    operation({
      tag: 'Orders',
      summary: 'Order a product',
      description:
        'The order keeps the current name and price of the product. It stays pending until it is paid, or until `expiresAt`.',
      parameters: [optionalKeyParameter, languageParameter],
      body: { schema: placeOrderBody.schema, example: samples.placeOrderBody },
      responses: {
        201: {
          description: 'The pending order.',
          schema: orderJson.ref,
          example: samples.order,
          headers: ['location', 'idempotent-replayed'],
        },
      },
      failures: ['product_not_found', 'amount_too_large', 'rate_limited', ...optionalKeyFailures],
    }),
  );
};

export const createChangeOrderRoute = ({ store, world }: ApiDeps, authenticate: Authenticate) =>
  new Elysia().patch(
    '/orders/:id',
    requireRole(authenticate, 'customer', async ({ caller, params, request }) => {
      const orderId = unwrapOrThrow(idOf(params));
      const body = unwrapOrThrow(await readBody(request, changeOrderBody));
      const change = { orderId, customerId: caller.id, quantity: body.quantity };
      return renderOrder(unwrapOrThrow(await store.orders.changeQuantity(change, world.clock.nowMs())));
    }),
    operation({
      tag: 'Orders',
      summary: 'Change the quantity of a pending order',
      description:
        'The price is the one at which it was ordered. A change to the quantity that it has changes nothing.',
      parameters: [idParameter(samples.orderId)],
      body: { schema: changeOrderBody.schema, example: samples.changeOrderBody },
      responses: { 200: { description: 'The order.', schema: orderJson.ref, example: samples.order } },
      failures: ['not_found', 'order_not_pending', 'amount_too_large'],
    }),
  );

export const createCancelOrderRoute = ({ store, world }: ApiDeps, authenticate: Authenticate) =>
  new Elysia().delete(
    '/orders/:id',
    requireRole(authenticate, 'customer', async ({ caller, params }) => {
      const id = unwrapOrThrow(idOf(params));
      unwrapOrThrow(await store.orders.cancel(id, caller.id, world.clock.nowMs()));
      return new Response(null, { status: 204 });
    }),
    operation({
      tag: 'Orders',
      summary: 'Cancel a pending order',
      parameters: [idParameter(samples.orderId)],
      description: 'An order that is cancelled already stays as it is, so the request can be sent again.',
      responses: { 204: { description: 'The order is cancelled.' } },
      failures: ['not_found', 'order_not_pending'],
    }),
  );
