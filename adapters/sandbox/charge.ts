import { err, ok } from 'neverthrow';
import type { ReportedDispute } from '../../core/dispute.ts';
import type { LedgerEntry, ProviderCharge } from '../../core/provider.ts';
import type { AsyncResult } from '../../core/result.ts';
import type { SandboxDispute } from './dispute.ts';
import { findDispute } from './disputes.ts';
import type { Engine } from './engine.ts';
import { findIntent } from './intents.ts';
import { refundEntry } from './ledger.ts';
import { findRefund } from './refunds.ts';

/** See `PaymentProvider.readCharge`. */
export const readCharge = async (engine: Engine, reference: string): AsyncResult<ProviderCharge | null> => {
  const found = await findIntent(engine, reference);
  if (found.isErr() || found.value === null) return found.map(() => null);
  const intent = found.value;
  const refunds: LedgerEntry[] = [];
  const failedRefunds: string[] = [];
  for (const id of intent.refunds) {
    const refund = await findRefund(engine, id);
    if (refund.isErr()) return err(refund.error);
    if (refund.value?.status === 'succeeded') refunds.push(refundEntry(refund.value));
    if (refund.value?.status === 'failed') failedRefunds.push(id);
  }
  const disputes: ReportedDispute[] = [];
  for (const id of intent.disputes) {
    const dispute = await findDispute(engine, id);
    if (dispute.isErr()) return err(dispute.error);
    if (dispute.value !== null) disputes.push(reportedDispute(dispute.value));
  }
  return ok({ paymentId: intent.metadata.payment_id ?? null, refunds, failedRefunds, disputes });
};

const reportedDispute = ({ id, amount, reason, status, createdAtMs }: SandboxDispute): ReportedDispute => ({
  reference: id,
  amount,
  reason,
  atMs: createdAtMs,
  status: status === 'needs_response' ? 'open' : status,
});
