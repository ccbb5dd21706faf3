import type { Money } from '../../core/money.ts';
import type { SandboxRecord } from './records.ts';

export type SandboxDispute = {
  readonly id: string;
  readonly intentId: string;
  readonly chargeId: string | null;
  readonly amount: Money;
  /** Stripe's word for the customer's reason: `fraudulent`, … */
  readonly reason: string;
  readonly status: 'needs_response' | 'won' | 'lost';
  /** The payment of the charge, for the ledger. */
  readonly paymentId: string | null;
  readonly createdAtMs: number;
};

export const recordOfDispute = (dispute: SandboxDispute, version: number): SandboxRecord => ({
  id: dispute.id,
  key: `dispute:${dispute.id}`,
  version,
  dueAtMs: null,
  body: JSON.stringify(dispute),
});

export const disputeOfRecord = ({ body }: SandboxRecord): SandboxDispute => JSON.parse(body);
