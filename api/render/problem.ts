import { t } from 'elysia';
import { limitNames } from '../../core/limits.ts';
import { orderStatuses } from '../../core/order.ts';
import { problemCodes } from '../http/problems.ts';
import { id, oneOf, openWord, strictObject } from '../http/schemas.ts';
import { component } from './component.ts';
import { moneyJson } from './money.ts';

/** Every code that the API sends today. The pages have words for each of them. */
export type ProblemCode = (typeof problemCodes)[number];

export const problemJson = component(
  'Problem',
  strictObject({
    type: t.String({
      format: 'uri-reference',
      description: 'The path of a page that says what the problem means and what to do.',
    }),
    title: t.String(),
    status: t.Number({ multipleOf: 1, minimum: 400, maximum: 599 }),
    detail: t.String(),
    instance: t.String({ description: 'The request id, as in the header X-Request-Id.' }),
    code: openWord(problemCodes, 'One stable word for each kind of problem. New words may be added.'),
    errors: t.Optional(
      t.Array(strictObject({ path: t.String(), message: t.String() }), {
        description:
          'With validation_failed. Each path is a JSON pointer into the body, or /name of a query parameter. There are at most 20: if there are more errors, the last entry has the path of the first that is not listed, and says how many there are.',
      }),
    ),
    orderIds: t.Optional(t.Array(id, { description: 'The orders that caused the problem.' })),
    orders: t.Optional(
      t.Array(strictObject({ orderId: id, status: oneOf(orderStatuses) }), {
        description: 'With order_not_payable: the status of each of those orders.',
      }),
    ),
    products: t.Optional(
      t.Array(
        strictObject({
          productId: id,
          left: t.Number({
            multipleOf: 1,
            minimum: 0,
            description: 'The units that are left at this moment.',
          }),
          orderIds: t.Array(id, { description: 'The orders of this product.' }),
        }),
        { description: 'With out_of_stock: the products with too few units.' },
      ),
    ),
    orderStatus: t.Optional(
      oneOf(orderStatuses, 'With order_not_pending and order_not_refundable: the status of the order.'),
    ),
    left: t.Optional(
      t.Unsafe({
        ...moneyJson.ref,
        description: 'With refund_too_large: the amount that can still be refunded.',
      }),
    ),
    productId: t.Optional(
      t.String({ format: 'uuid', description: 'With not_found: the id that no product on sale has.' }),
    ),
    stock: t.Optional(
      t.Union([t.Number({ multipleOf: 1, minimum: 0 }), t.Null()], {
        description: 'With stock_changed: the stock that is. Null for a product that cannot run out.',
      }),
    ),
    checkoutId: t.Optional(
      t.String({
        format: 'uuid',
        description: 'The id of the checkout. GET /checkouts/{id} shows its status.',
      }),
    ),
    declineCode: t.Optional(
      t.String({ description: 'With payment_declined: the decline code of the payment provider.' }),
    ),
    limit: t.Optional(
      oneOf(
        limitNames,
        'With rate_limited: the limit that is reached. The header RateLimit-Policy says how many are allowed.',
      ),
    ),
    missing: t.Optional(
      t.Array(t.String(), {
        description:
          'With forbidden: the permission or role that the caller lacks. With unavailable: the names of the parts that are not ready.',
      }),
    ),
  }),
);
