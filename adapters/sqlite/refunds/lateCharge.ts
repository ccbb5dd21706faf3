import type { PaymentStatus } from '../../../core/payment.ts';
import type { Refunds } from '../../../core/refund.ts';
import { planLateRefund } from '../../../core/refundRequest.ts';
import { storedResponseOf } from '../../stored/response.ts';
import type { Connection } from '../connection.ts';
import type { InsertRefund } from './write.ts';

type Late = Parameters<Refunds['refundLateCharge']>[0];
type Row = { readonly status: PaymentStatus; readonly amount: number; readonly currency: string };

/** See `Refunds.returnLate`. Inside the caller's transaction. */
export const createRefundLateCharge = ({ client }: Connection, insert: InsertRefund) => {
  const paymentBy = client.prepare<[string], Row>(
    'select status, amount, currency from payment where id = ?',
  );
  const updatePayment = client.prepare<[PaymentStatus, string, string, number, string]>(
    'update payment set status = ?, reference = ?, answer = coalesce(answer, ?), updated_ms = ? where id = ?',
  );

  return ({ refundId, taskId, paymentId, reference, answer }: Late, nowMs: number): boolean => {
    const row = paymentBy.get(paymentId);
    if (row === undefined) return false;
    const { status, ...amount } = row;
    const late = planLateRefund({ id: paymentId, status, amount }, refundId, nowMs);
    if (late === null) return false;
    const { paymentStatus, refund, key, fingerprint } = late;
    updatePayment.run(paymentStatus, reference, JSON.stringify(storedResponseOf(answer)), nowMs, paymentId);
    insert(refund, { key, fingerprint, taskId });
    return true;
  };
};
