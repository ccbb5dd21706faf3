import { err, ok, type Result } from 'neverthrow';
import { nextStatus, type Order } from './order.ts';
import { nextPaymentStatus, type Payment, type PaymentStatus } from './payment.ts';
import {
  amountDetail,
  type Refund,
  type RefundCommand,
  type RefundFailure,
  type RefundOrderChanges,
  type RefundVerdict,
} from './refund.ts';

/** The rows that a refund's request is judged by; an adapter reads them under lock. */
export type RefundSnapshot = {
  /** The refund that has the key already. */
  readonly known: { readonly refund: Refund; readonly fingerprint: string } | null;
  readonly order: Order | null;
  /** Sum of this order's refunds in `countedRefundStatuses`. */
  readonly refunded: number;
};

/** Decides; the adapter writes. */
export const judgeRefund = (
  command: RefundCommand,
  { known, order, refunded }: RefundSnapshot,
  nowMs: number,
): Result<RefundVerdict, RefundFailure> => {
  if (known !== null)
    return known.fingerprint === refundFingerprint(command)
      ? ok({ refund: known.refund, replayed: true, changes: null })
      : err({ kind: 'idempotency_key_reused' });
  if (order === null) return err({ kind: 'not_found' });
  const { status, checkoutId, total } = order;
  const wasPaid = status === 'refunded' || nextStatus(status, 'refund') !== null;
  if (!wasPaid || checkoutId === null) return err({ kind: 'order_not_refundable', status });
  if ((command.amount?.currency ?? total.currency) !== total.currency) return err({ kind: 'mixed_currency' });

  const left = total.amount - refunded;
  const amount = command.amount?.amount ?? left;
  if (amount > left || amount <= 0)
    return err({ kind: 'refund_too_large', left: { amount: left, currency: total.currency } });
  const refund = requestedRefund(
    {
      id: command.refundId,
      orderId: order.id,
      paymentId: checkoutId,
      amount: { amount, currency: total.currency },
      reason: command.reason,
    },
    nowMs,
  );
  // Nothing of the order stays paid, so nothing more of it may be sent.
  const whole = amount === left;
  const changes: RefundOrderChanges = {
    history: [{ state: 'refund_requested', detail: amountDetail(refund.amount) }],
    status: null,
    task: whole ? { kind: 'pause', lastError: `stopped by the refund ${refund.id}` } : null,
  };
  return ok({ refund, replayed: false, changes });
};

/** Two commands under one key must be the same command. */
export const refundFingerprint = ({
  orderId,
  amount,
  reason,
}: Pick<RefundCommand, 'orderId' | 'amount' | 'reason'>): string =>
  JSON.stringify([orderId, amount?.amount ?? null, amount?.currency ?? null, reason]);

/** What a late payment changes: the payment's next status, and the refund of all of it. */
export type LateRefund = {
  readonly paymentStatus: PaymentStatus;
  readonly refund: Refund;
  readonly key: string;
  readonly fingerprint: string;
};

/** Decides; the adapter writes. Null where the payment's status has no edge for late money. */
export const planLateRefund = (
  payment: Pick<Payment, 'id' | 'status' | 'amount'>,
  refundId: string,
  nowMs: number,
): LateRefund | null => {
  const paymentStatus = nextPaymentStatus(payment.status, 'return');
  if (paymentStatus === null) return null;
  const { id: paymentId, amount } = payment;
  const refund = requestedRefund(
    { id: refundId, orderId: null, paymentId, amount, reason: lateReason },
    nowMs,
  );
  // No command stands under the key, so a command that is sent under it is refused.
  return { paymentStatus, refund, key: lateKey(paymentId), fingerprint: '' };
};

/** The reason of each refund of a payment that came too late. */
export const lateReason = 'the payment came after its orders had been released';

export const lateKey = (paymentId: string): string => `late:${paymentId}`;

const requestedRefund = (
  named: Pick<Refund, 'id' | 'orderId' | 'paymentId' | 'amount' | 'reason'>,
  nowMs: number,
): Refund => ({
  ...named,
  status: 'requested',
  creditNote: null,
  error: null,
  createdAtMs: nowMs,
  updatedAtMs: nowMs,
});
