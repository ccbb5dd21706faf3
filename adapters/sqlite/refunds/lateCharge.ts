import { planLateRefund, refundTarget } from '../../../core/judgeRefund.ts';
import type { PaymentStatus } from '../../../core/payment.ts';
import type { Refunds } from '../../../core/refund.ts';
import { storedResponseOf } from '../../stored/response.ts';
import type { WriteActivity } from '../activity/activity.ts';
import type { Connection } from '../connection.ts';
import type { InsertRefund } from './write.ts';

type LateCharge = Parameters<Refunds['refundLateCharge']>[0];
type Row = { readonly status: PaymentStatus; readonly amount: number; readonly currency: string };

/** See `Refunds.refundLateCharge`. Runs in the caller's transaction. */
export const createRefundLateCharge = (
  { client }: Connection,
  insert: InsertRefund,
  writeActivity: WriteActivity,
) => {
  const paymentById = client.prepare<[string], Row>(
    'select status, amount, currency from payment where id = ?',
  );
  const updatePayment = client.prepare<[PaymentStatus, string, string, number, string]>(
    'update payment set status = ?, reference = ?, response = coalesce(response, ?), updated_ms = ? where id = ?',
  );

  return (
    { refundId, taskId, paymentId, reference, reason, command, response, traceparent }: LateCharge,
    nowMs: number,
  ): boolean => {
    const row = paymentById.get(paymentId);
    if (row === undefined) return false;
    const { status, ...amount } = row;
    const late = planLateRefund({ id: paymentId, status, amount }, refundId, nowMs, reason);
    if (late === null) return false;
    const { paymentStatus, refund, key, fingerprint } = late;
    updatePayment.run(paymentStatus, reference, JSON.stringify(storedResponseOf(response)), nowMs, paymentId);
    insert(refund, { key, fingerprint, taskId, traceparent });
    writeActivity(command, 'case.refund', [refundTarget(refund)], nowMs);
    return true;
  };
};
