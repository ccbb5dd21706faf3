import type { DisputeStatus, ReportedDispute } from '../../../core/dispute.ts';
import type { ProviderEvent } from '../../../core/provider.ts';
import { fromStripe } from './amounts.ts';
import { count, field, text } from './read.ts';

/** Reads a Stripe event; null if the value is not an event. The caller must check the signature first. */
export const eventOf = (event: unknown): ProviderEvent | null => {
  const id = text(event, 'id');
  const type = text(event, 'type');
  if (id === null || type === null || text(event, 'object') !== 'event') return null;
  return { id, type, subject: subjectOf(field(field(event, 'data'), 'object')) };
};

/** Null if the value is not a dispute. An inquiry of a bank, `warning_…`, counts as a dispute while it is open. */
export const disputeOf = (object: unknown): ReportedDispute | null => {
  const [reference, currency] = [text(object, 'id'), text(object, 'currency')];
  const [amount, created] = [count(object, 'amount'), count(object, 'created')];
  if (reference === null || currency === null || amount === null) return null;
  return {
    reference,
    amount: fromStripe({ amount, currency }),
    reason: text(object, 'reason') ?? 'general',
    status: disputeStatuses[text(object, 'status') ?? ''] ?? 'open',
    atMs: (created ?? 0) * 1000,
  };
};

const disputeStatuses: Readonly<Record<string, DisputeStatus>> = {
  won: 'won',
  lost: 'lost',
  warning_closed: 'won',
  prevented: 'won',
};

/** The PaymentIntent of the object, which may be expanded. It is our `reference` of a charge. */
const intentIdOf = (object: unknown): string | null =>
  text(object, 'payment_intent') ?? text(field(object, 'payment_intent'), 'id');

const other = { kind: 'other' } as const;

/**
 * Depends on the object and not on the event's type: any event about a payment or a refund is a reason to
 * read it again. `charge.refunded` has a charge, which does not name the refund. It is a reason to read the charge.
 */
const subjectOf = (object: unknown): ProviderEvent['subject'] => {
  const reference = text(object, 'id');
  const metadata = field(object, 'metadata');
  const status = text(object, 'status');
  if (reference === null) return other;
  switch (text(object, 'object')) {
    case 'payment_intent':
      return {
        kind: 'payment',
        paymentId: text(metadata, 'payment_id'),
        reference,
        succeeded: status === 'succeeded',
      };
    case 'refund': {
      const failed = status === 'failed' || status === 'canceled';
      const failure = failed ? (text(object, 'failure_reason') ?? status) : null;
      const refundId = text(metadata, 'refund_id');
      return { kind: 'refund', refundId, reference, chargeReference: intentIdOf(object), failure };
    }
    case 'dispute': {
      const dispute = disputeOf(object);
      return dispute === null ? other : { kind: 'dispute', chargeReference: intentIdOf(object), dispute };
    }
    case 'charge': {
      const chargeReference = intentIdOf(object);
      if (chargeReference === null || (count(object, 'amount_refunded') ?? 0) === 0) return other;
      return { kind: 'refund', refundId: null, reference: null, chargeReference, failure: null };
    }
    default:
      return other;
  }
};
