import { t } from 'elysia';
import { orderStatuses } from '../../core/order.ts';
import { problemCodes } from '../http/problems.ts';
import { id, oneOf } from '../http/schemas.ts';
import { component, exactly } from './component.ts';
import { moneyJson } from './money.ts';

export const problemJson = component(
  'Problem',
  exactly({
    type: t.String({ format: 'uri' }),
    title: t.String(),
    status: t.Number({ multipleOf: 1, minimum: 400, maximum: 599 }),
    detail: t.String(),
    instance: t.String({ description: 'The id of the request, as in X-Request-Id.' }),
    code: oneOf(problemCodes),
    errors: t.Optional(
      t.Array(exactly({ path: t.String(), message: t.String() }), {
        description: 'validation_failed: a JSON pointer into the body, or /name of a query parameter.',
      }),
    ),
    orderIds: t.Optional(t.Array(id, { description: 'The orders that stand against it.' })),
    orders: t.Optional(
      t.Array(exactly({ orderId: id, status: oneOf(orderStatuses) }), {
        description: 'order_not_payable: how those orders stand.',
      }),
    ),
    orderStatus: t.Optional(
      oneOf(orderStatuses, 'order_not_pending and order_not_refundable: how the order stands'),
    ),
    left: t.Optional(
      t.Unsafe({ ...moneyJson.ref, description: 'refund_too_large: how much can still be given back.' }),
    ),
    checkoutId: t.Optional(t.String({ format: 'uuid', description: 'Where to look: /checkouts/{id}.' })),
    declineCode: t.Optional(t.String({ description: 'payment_declined: in the words of the provider.' })),
    missing: t.Optional(t.Array(t.String(), { description: 'What is not ready.' })),
  }),
);
