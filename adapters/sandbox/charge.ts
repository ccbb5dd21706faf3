import { err, ok } from 'neverthrow';
import type { LedgerEntry, ProviderCharge } from '../../core/provider.ts';
import type { AsyncResult } from '../../core/result.ts';
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
  for (const id of intent.refunds) {
    const refund = await findRefund(engine, id);
    if (refund.isErr()) return err(refund.error);
    if (refund.value?.status === 'succeeded') refunds.push(refundEntry(refund.value));
  }
  return ok({ paymentId: intent.metadata.payment_id ?? null, refunds });
};
