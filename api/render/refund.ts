import { type TSchema, t } from 'elysia';
import { type Refund, refundStatuses } from '../../core/refund.ts';
import { id, oneOf, time } from '../http/schemas.ts';
import { component, exactly, listSchema, type Shown, timeOf } from './component.ts';
import { moneyJson, renderMoney } from './money.ts';

export const refundJson = component(
  'Refund',
  exactly({
    id,
    orderId: t.Union([id, t.Null()], {
      description: 'Null for a payment that came too late, and is given back whole.',
    }),
    paymentId: id,
    amount: moneyJson.ref,
    reason: t.String(),
    status: oneOf(refundStatuses),
    creditNote: t.Union([t.String(), t.Null()], {
      description: 'Its number, once the money is given back; null where there was no invoice.',
    }),
    error: t.Union([t.String(), t.Null()], { description: 'failed: why the provider refused it.' }),
    createdAt: time,
    updatedAt: time,
  } satisfies Shown<Refund, TSchema>),
);

export const refundListJson = listSchema(refundJson);

export const renderRefund = (refund: Refund) =>
  ({
    id: refund.id,
    orderId: refund.orderId,
    paymentId: refund.paymentId,
    amount: renderMoney(refund.amount),
    reason: refund.reason,
    status: refund.status,
    creditNote: refund.creditNote,
    error: refund.error,
    createdAt: timeOf(refund.createdAtMs),
    updatedAt: timeOf(refund.updatedAtMs),
  }) satisfies Shown<Refund, unknown>;

/** As it was when it was asked for, whatever has become of it: one key hears one answer. */
export const renderRequested = (refund: Refund) =>
  renderRefund({
    ...refund,
    status: 'requested',
    creditNote: null,
    error: null,
    updatedAtMs: refund.createdAtMs,
  });
