import { nextPaymentStatus, type PaymentStatus } from '../../core/payment.ts';
import { lateKey, lateReason, type Refunds } from '../../core/refund.ts';
import { keptOf } from '../answers.ts';
import type { Connection } from './connection.ts';
import type { InsertRefund } from './refundWrite.ts';

type Late = Parameters<Refunds['returnLate']>[0];
type Row = { readonly status: PaymentStatus; readonly amount: number; readonly currency: string };

/** See `Refunds.returnLate`. Inside the caller's transaction. */
export const lateReturning = ({ client }: Connection, insert: InsertRefund) => {
  const paymentBy = client.prepare<[string], Row>(
    'select status, amount, currency from payment where id = ?',
  );
  const updatePayment = client.prepare<[PaymentStatus, string, string, number, string]>(
    'update payment set status = ?, reference = ?, answer = coalesce(answer, ?), updated_ms = ? where id = ?',
  );

  return ({ refundId: id, taskId, paymentId, reference, answer }: Late, nowMs: number): boolean => {
    const row = paymentBy.get(paymentId);
    const status = row === undefined ? null : nextPaymentStatus(row.status, 'return');
    if (row === undefined || status === null) return false;
    updatePayment.run(status, reference, JSON.stringify(keptOf(answer)), nowMs, paymentId);
    const amount = { amount: row.amount, currency: row.currency };
    insert(
      { id, orderId: null, paymentId, amount, reason: lateReason },
      { key: lateKey(paymentId), taskId, fingerprint: '', nowMs },
    );
    return true;
  };
};
