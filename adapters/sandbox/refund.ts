import type { Money } from '../../core/money.ts';
import type { SandboxRecord } from './records.ts';

export type Refund = {
  readonly id: string;
  readonly key: string;
  readonly intentId: string;
  /** Of the charge that it is taken from; null for a refund that was refused. */
  readonly chargeId: string | null;
  readonly amount: Money;
  readonly metadata: Readonly<Record<string, string>>;
  /** The charge's payment, so that the ledger can name it. */
  readonly paymentId: string | null;
  readonly status: 'succeeded' | 'pending' | 'failed' | 'refused';
  /** As it was made, which is what its key answers for ever over the wire. */
  readonly first: Refund['status'];
  /** Stripe's code, where it failed or was refused. */
  readonly reason: string | null;
  /** What it comes to when its time has come. */
  readonly later: 'succeeded' | 'failed' | null;
  readonly createdAtMs: number;
  readonly asked: string | null;
};

export const refundKey = (key: string): string => `refund:${key}`;

export const recordOfRefund = (refund: Refund, version: number, dueAtMs: number | null): SandboxRecord => ({
  id: refund.id,
  key: refundKey(refund.key),
  version,
  dueAtMs,
  body: JSON.stringify(refund),
});

export const refundOfRecord = ({ body }: SandboxRecord): Refund => JSON.parse(body);
