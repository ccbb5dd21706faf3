import type { ProviderEvent } from '../../../core/provider.ts';
import { field, text } from './read.ts';

/** What an event of Stripe's is about; null for what is no event. To be asked only once its signature is good. */
export const eventOf = (event: unknown): ProviderEvent | null => {
  const id = text(event, 'id');
  const type = text(event, 'type');
  if (id === null || type === null || text(event, 'object') !== 'event') return null;
  return { id, type, subject: subjectOf(field(field(event, 'data'), 'object')) };
};

const other = { kind: 'other' } as const;

/**
 * By what the object is, and not by the event's type: whatever happened to a payment or a refund is a reason to
 * look at it. `charge.refunded` does not name the refund, which has events of its own.
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
      return { kind: 'refund', refundId: text(metadata, 'refund_id'), failure };
    }
    default:
      return other;
  }
};
