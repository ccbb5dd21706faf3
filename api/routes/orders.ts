import { Elysia, t } from 'elysia';
import { err, ok, type Result } from 'neverthrow';
import { createResultBatcher } from '../../core/batch.ts';
import { type OrderQuery, orderStatuses } from '../../core/order.ts';
import type { ApiDeps } from '../deps.ts';
import type { Authenticate, Caller } from '../http/auth.ts';
import { readBody } from '../http/body.ts';
import { check } from '../http/check.ts';
import { listOf, readCursor } from '../http/cursor.ts';
import { orRefuse, type RequestFailure, refusal } from '../http/failures.ts';
import { preferredLanguage } from '../http/language.ts';
import { idOf } from '../http/path.ts';
import { readQuery } from '../http/query.ts';
import { isOperator, signedIn } from '../http/requireRole.ts';
import {
  cursor,
  integer,
  limit,
  limitDefault,
  productType,
  storedId,
  text,
  uuid,
  word,
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

const filters = check(
  exactly({
    q: t.Optional(q),
    status: t.Optional(word(orderStatuses)),
    type: t.Optional(productType),
    from: t.Optional(moment('Ordered at this time or after.')),
    to: t.Optional(moment('Ordered before this time.')),
    customerId: t.Optional(text(255, 'a customer id')),
    cursor: t.Optional(cursor),
    limit: t.Optional(limit),
  }),
);

/** The id of an order. */
const key = check(storedId);

export const orderQueries = ({ store }: ApiDeps, authenticate: Authenticate) =>
  new Elysia()
    .get(
      '/orders',
      signedIn(authenticate, ['customer', 'operator'], async ({ caller, request }) => {
        const query = orRefuse(readQuery(request.url, filters));
        const asked: OrderQuery = {
          search: orRefuse(readSearch(query.q)),
          status: query.status ?? null,
          type: query.type ?? null,
          fromMs: orRefuse(readMoment('from', query.from)),
          toMs: orRefuse(readMoment('to', query.to)),
          customerId: orRefuse(customerFor(caller, query.customerId)),
          after: orRefuse(readCursor(query.cursor, key)),
          limit: query.limit ?? limitDefault,
        };
        return listOf(orRefuse(await store.orders.list(asked)), renderOrder);
      }),
      operation({
        tag: 'Orders',
        summary: 'Find orders',
        description: 'Newest first. A customer finds their own, an operator everybody’s.',
        parameters: queryParameters(filters),
        answers: { 200: { description: 'A page.', schema: orderListJson.ref, example: samples.orders } },
        failures: ['validation_failed'],
      }),
    )
    .get(
      '/orders/:id',
      signedIn(authenticate, ['customer', 'operator'], async ({ caller, params }) => {
        const order = orRefuse(await store.orders.find(orRefuse(idOf(params))));
        if (order === null || !maySee(caller, order)) throw refusal({ kind: 'not_found' });
        return renderOrderDetail(order);
      }),
      operation({
        tag: 'Orders',
        summary: 'One order, with its payment and everything that happened to it',
        parameters: [idParameter(samples.orderId)],
        answers: {
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

const placing = check(exactly({ productId: uuid, quantity: integer({ minimum: 1, maximum: 10_000 }) }));

/** How many orders may share one statement, and how many may wait for it before more are refused. */
const placeLimits = { batchMax: 128, waitingMax: 4096 };

export const orderPlacing = ({ store, world }: ApiDeps, authenticate: Authenticate) => {
  const place = createResultBatcher(store.orders.place, placeLimits, world);
  return new Elysia().post(
    '/orders',
    signedIn(authenticate, ['customer'], async ({ caller, request, set }) => {
      const { productId, quantity } = orRefuse(await readBody(request, placing));
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
      const order = orRefuse(placed.andThen((each) => each));
      set.status = 201;
      set.headers.location = `/orders/${order.id}`;
      return renderOrder(order);
    }),
    operation({
      tag: 'Orders',
      summary: 'Order a product',
      description: 'The order has the name and the price of this moment, and waits to be paid.',
      body: { schema: placing.schema, example: samples.placing },
      answers: {
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
    signedIn(authenticate, ['customer', 'operator'], async ({ caller, params }) => {
      const id = orRefuse(idOf(params));
      const cancelled = await store.orders.cancel(id, caller.id, world.clock.nowMs());
      // What a customer may not see is not there; an operator sees it, and hears why it cannot be done.
      if (cancelled.isErr() && cancelled.error.kind === 'not_found' && isOperator(caller)) {
        const order = orRefuse(await store.orders.find(id));
        if (order !== null) throw refusal({ kind: 'forbidden', reason: 'Only its owner cancels an order.' });
      }
      orRefuse(cancelled);
      return new Response(null, { status: 204 });
    }),
    operation({
      tag: 'Orders',
      summary: 'Cancel a pending order',
      parameters: [idParameter(samples.orderId)],
      answers: { 204: { description: 'It is cancelled.' } },
      failures: ['not_found', 'order_not_pending'],
    }),
  );
