import { err, ok, type Result } from 'neverthrow';
import type { ActivityTarget } from './activity.ts';
import { nextOrderStatus, type Order } from './order.ts';
import { nextPaymentStatus, type Payment, type PaymentStatus } from './payment.ts';
import {
  amountDetail,
  type Refund,
  type RefundCommand,
  type RefundFailure,
  type RefundOrderChanges,
  type RefundVerdict,
  type UnknownCharge,
} from './refund.ts';

/** The rows that decide a refund request. The adapter reads them under lock. */
export type RefundRequestSnapshot = {
  /** The refund that already has the command's key. */
  readonly known: { readonly refund: Refund; readonly fingerprint: string } | null;
  /** Null if the order does not exist. */
  readonly order: Order | null;
  /** The sum of the order's refunds in `countedRefundStatuses`. */
  readonly refunded: number;
  /** What the order's charge has left: its amount, less all its refunds in `countedRefundStatuses`. Null if unpaid. */
  readonly chargeLeft: number | null;
};

/** Decides a refund request. The adapter writes what it changes. */
export const judgeRefund = (
  command: RefundCommand,
  { known, order, refunded, chargeLeft }: RefundRequestSnapshot,
  nowMs: number,
): Result<RefundVerdict, RefundFailure> => {
  if (known !== null)
    return known.fingerprint === refundFingerprint(command)
      ? ok({ refund: known.refund, replayed: true, changes: null })
      : err({ kind: 'idempotency_key_reused' });
  if (order === null) return err({ kind: 'not_found' });
  const { status, checkoutId, total } = order;
  const wasPaid = status === 'refunded' || nextOrderStatus(status, 'refund') !== null;
  if (!wasPaid || checkoutId === null) return err({ kind: 'order_not_refundable', status });
  if (order.disputed) return err({ kind: 'payment_disputed' });
  if ((command.amount?.currency ?? total.currency) !== total.currency) return err({ kind: 'mixed_currency' });

  // A part that the provider refunded belongs to some order of the charge, even while nobody knows to which.
  // A bank can take more than was paid. Then nothing is left, and not less than nothing.
  const left = Math.max(0, Math.min(total.amount - refunded, chargeLeft ?? 0));
  const amount = command.amount?.amount ?? left;
  if (amount > left || amount <= 0)
    return err({ kind: 'refund_too_large', left: { amount: left, currency: total.currency } });
  const refund = requestedRefund(
    {
      id: command.refundId,
      orderId: order.id,
      paymentId: checkoutId,
      amount: { amount, currency: total.currency },
      origin: command.origin,
      reason: command.reason,
      restock: command.restock ?? null,
    },
    nowMs,
  );
  // Nothing of the order stays paid, so its pipeline must not continue.
  const isFull = amount === left;
  const changes: RefundOrderChanges = {
    history: [{ state: 'refund_requested', detail: amountDetail(refund.amount) }],
    status: null,
    task: isFull ? { kind: 'pause', lastError: `paused by the refund ${refund.id}` } : null,
  };
  return ok({ refund, replayed: false, changes });
};

/** Identifies a command, so that a key cannot be reused for another one. */
export const refundFingerprint = ({
  orderId,
  amount,
  reason,
  restock = null,
}: Pick<RefundCommand, 'orderId' | 'amount' | 'reason' | 'restock'>): string =>
  JSON.stringify([orderId, amount?.amount ?? null, amount?.currency ?? null, reason, restock]);

/** What a late charge changes: the status of its payment, and the refund of the whole amount. */
export type LateRefund = {
  readonly paymentStatus: PaymentStatus;
  readonly refund: Refund;
  /** Stored with the refund, as the key and fingerprint of a command are. */
  readonly key: string;
  readonly fingerprint: string;
};

/** Decides the refund of a late charge. The adapter writes it. Null if the payment's status allows no late refund. */
export const planLateRefund = (
  payment: Pick<Payment, 'id' | 'status' | 'amount'>,
  refundId: string,
  nowMs: number,
  reason?: string,
): LateRefund | null => {
  const paymentStatus = nextPaymentStatus(payment.status, 'refund');
  if (paymentStatus === null) return null;
  const { id: paymentId, amount } = payment;
  const began =
    reason === undefined
      ? ({ origin: 'system', reason: lateRefundReason } as const)
      : ({ origin: 'operator', reason } as const);
  const refund = requestedRefund({ id: refundId, orderId: null, paymentId, amount, ...began }, nowMs);
  // No command has this fingerprint, so a command with this key is refused.
  return { paymentStatus, refund, key: lateRefundKey(paymentId), fingerprint: '' };
};

/** The reason of each refund of a late charge that nobody requested. */
export const lateRefundReason = 'the payment succeeded after its orders were released';

/** The key of a late charge's refund: a payment has at most one. */
export const lateRefundKey = (paymentId: string): string => `late:${paymentId}`;

/** Plans the refund of a charge that belongs to no payment of ours. No command has its fingerprint. */
export const planUnknownChargeRefund = (
  { refundId: id, reference, amount, reason }: UnknownCharge,
  nowMs: number,
): Pick<LateRefund, 'refund' | 'key' | 'fingerprint'> => ({
  refund: requestedRefund({ id, orderId: null, paymentId: null, amount, origin: 'operator', reason }, nowMs),
  key: `charge:${reference}`,
  fingerprint: '',
});

/** A refund that the provider has not decided yet. */
export const requestedRefund = (
  fields: Pick<Refund, 'id' | 'orderId' | 'paymentId' | 'amount' | 'origin' | 'reason'> &
    Partial<Pick<Refund, 'restock'>>,
  nowMs: number,
): Refund => ({
  restock: null,
  ...fields,
  status: 'requested',
  creditNote: null,
  creditedLine: null,
  error: null,
  createdAtMs: nowMs,
  updatedAtMs: nowMs,
});

/** What the activity says about a refund that an operator requested. */
export const refundTarget = ({
  id,
  orderId,
  reason,
}: Pick<Refund, 'id' | 'orderId' | 'reason'>): ActivityTarget => ({
  target: id,
  orderId,
  detail: reason,
});
