import type { Money } from '../../core/money.ts';
import type { SandboxRecord } from './records.ts';

export type Refund = {
  readonly id: string;
  readonly key: string;
  readonly intentId: string;
  /** The refunded charge; null if there is no such charge. */
  readonly chargeId: string | null;
  readonly amount: Money;
  readonly metadata: Readonly<Record<string, string>>;
  /** The payment of the charge, for the ledger. */
  readonly paymentId: string | null;
  readonly status: 'succeeded' | 'pending' | 'failed' | 'refused';
  /** The status at creation, which a retry under the same key always gets over HTTP. */
  readonly initialStatus: Refund['status'];
  /** Stripe's code if the refund failed or was refused. */
  readonly reason: string | null;
  /** The status that it gets once its record is due; null if the status is final. */
  readonly pendingResult: 'succeeded' | 'failed' | null;
  readonly createdAtMs: number;
  /** All parameters of the HTTP request that created it, sorted; null if it was not created over HTTP. */
  readonly fingerprint: string | null;
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
