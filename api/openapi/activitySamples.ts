import { moneySamples } from './moneySamples.ts';
import { listOf, requestId, samples } from './samples.ts';

const { at, orderId, checkoutId, refundId } = samples;
const actor = { id: '7d0c1b52-4f1e-4f0a-8f5e-2b9a6c3d1e40', email: 'mai@shop.example' };
const { reason } = moneySamples.refundBody;

const entry = {
  at,
  id: null,
  detail: null,
  declineCode: null,
  actor: null,
  requestId: null,
};

/** The document's examples of what happened, and of who did it. */
export const activitySamples = {
  activity: listOf({
    id: '01980a52-11aa-7c22-8d30-4e5f6a7b8c90',
    actor,
    action: 'refund.request',
    target: refundId,
    orderId,
    detail: reason,
    requestId,
    at,
  }),
  history: listOf(...samples.orderDetail.history),
  timeline: listOf(
    { ...entry, kind: 'state', what: 'pending' },
    { ...entry, kind: 'state', what: 'paying' },
    { ...entry, kind: 'payment', what: 'declined', id: checkoutId, declineCode: 'card_declined' },
    { ...entry, kind: 'state', what: 'pending', detail: 'declined: card_declined' },
    {
      ...entry,
      kind: 'command',
      what: 'refund.request',
      id: refundId,
      detail: reason,
      actor,
      requestId,
    },
    { ...entry, kind: 'refund', what: 'requested', id: refundId, detail: `398000 VND: ${reason}` },
  ),
};
