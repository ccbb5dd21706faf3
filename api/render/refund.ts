import { type TSchema, t } from 'elysia';
import { type Refund, refundOrigins, refundStatuses } from '../../core/refund.ts';
import { id, integer, oneOf, strictObject, time } from '../http/schemas.ts';
import { component, listSchema, type RenderedFields, timeOf } from './component.ts';
import { moneyJson, renderMoney } from './money.ts';

export const refundJson = component(
  'Refund',
  strictObject({
    id,
    orderId: t.Union([id, t.Null()], {
      description:
        'The order. Null for a late charge, which is refunded in full, and for part of a charge of several orders that was refunded at the provider, until it is assigned.',
    }),
    paymentId: t.Union([id, t.Null()], {
      description: 'Null for a charge that belongs to no payment of this shop.',
    }),
    amount: moneyJson.ref,
    origin: oneOf(refundOrigins),
    reason: t.String(),
    restock: t.Union([t.Boolean(), t.Null()], {
      description:
        'Whether the goods go back into stock if nothing of the order stays paid after this refund. Null: if they have not left the shop.',
    }),
    status: oneOf(refundStatuses),
    creditNote: t.Union([t.String(), t.Null()], {
      description:
        'The number of the credit note. Null until the refund has succeeded and the order is invoiced, whichever comes last, and for a lost dispute. Void if the refund fails after that.',
    }),
    creditedLine: t.Union(
      [strictObject({ invoice: t.String(), line: integer({ minimum: 1, maximum: 100 }) }), t.Null()],
      {
        description: 'The invoice that the credit note is about, and the line of the order on it.',
      },
    ),
    error: t.Union([t.String(), t.Null()], {
      description:
        'With the status failed: the reason of the payment provider, or that the refund was shared out again over the orders of its charge.',
    }),
    createdAt: time,
    updatedAt: time,
  } satisfies RenderedFields<Refund, TSchema>),
);

export const refundListJson = listSchema(refundJson);

export const renderRefund = (refund: Refund) =>
  ({
    id: refund.id,
    orderId: refund.orderId,
    paymentId: refund.paymentId,
    amount: renderMoney(refund.amount),
    origin: refund.origin,
    reason: refund.reason,
    restock: refund.restock,
    status: refund.status,
    creditNote: refund.creditNote,
    creditedLine: refund.creditedLine,
    error: refund.error,
    createdAt: timeOf(refund.createdAtMs),
    updatedAt: timeOf(refund.updatedAtMs),
  }) satisfies RenderedFields<Refund, unknown>;

/** Renders the refund as it was first requested, so that a retry under the same key gets the same response. */
export const renderRequestedRefund = (refund: Refund) =>
  renderRefund({
    ...refund,
    status: 'requested',
    creditNote: null,
    creditedLine: null,
    error: null,
    updatedAtMs: refund.createdAtMs,
  });
