import { listOf, samples } from './samples.ts';

/** The document's examples of refunds, money checks and reconciliations. */
const { orderId, checkoutId, refundId, at, money } = samples;

const requestedRefund = {
  id: refundId,
  orderId,
  paymentId: checkoutId,
  amount: { amount: 199_000, currency: 'VND' },
  origin: 'operator',
  reason: 'One of two was damaged',
  restock: null,
  status: 'requested',
  creditNote: null,
  creditedLine: null,
  error: null,
  createdAt: at,
  updatedAt: at,
};
const refund = {
  ...requestedRefund,
  status: 'succeeded',
  creditNote: 'CN-2026-000001',
  creditedLine: { invoice: '2026-000001', line: 1 },
};
const assignedRefund = { ...refund, origin: 'provider', reason: 'refunded at the payment provider' };
const runningReconciliation = {
  id: '01980a52-7d10-7c22-8b3e-1a2b3c4d5e6f',
  day: '2026-02-28',
  status: 'running',
  charges: null,
  refunds: null,
  differences: null,
  createdAt: at,
  finishedAt: null,
};
const reconciliation = {
  ...runningReconciliation,
  status: 'finished',
  charges: 1_204,
  refunds: 17,
  differences: 1,
  finishedAt: at,
};
const acknowledgedCase = {
  id: '01980a52-9e00-7d44-9f5a-0b1c2d3e4f51',
  orderId: null,
  paymentId: null,
  refundId: null,
  amount: { amount: 199_000, currency: 'VND' },
  since: at,
  detail: 'charge_unknown: ch_3Qx1LkAAbCdEfGhI0abcdefg',
  acknowledgement: {
    note: 'A test charge that was made by hand',
    actor: { id: 'operator-1', email: 'operator-1@example.com' },
    at,
  },
};
const noCases = { count: 0, oldestAgeMs: null };
export const moneySamples = {
  refund,
  assignedRefund,
  refunds: listOf(refund),
  requestedRefund,
  refundBody: { orderId, amount: { amount: 199_000, currency: 'VND' }, reason: 'One of two was damaged' },
  event: {
    id: 'evt_3Qx1LkAAbCdEfGhI0v2w3x4y',
    object: 'event',
    type: 'payment_intent.succeeded',
    created: 1_772_352_000,
    data: { object: { id: 'pi_3Qx1LkAAbCdEfGhI0abcdefg', metadata: { payment_id: checkoutId } } },
  },
  moneyHealth: {
    healthy: false,
    checks: {
      paid_without_progress: { ...noCases, list: '/money/paid_without_progress' },
      unknown: { ...noCases, list: '/money/unknown' },
      charged_twice: { ...noCases, list: '/money/charged_twice' },
      refunds_stuck: { count: 1, oldestAgeMs: 1_260_000, list: '/money/refunds_stuck' },
      refunds_unassigned: { ...noCases, list: '/money/refunds_unassigned' },
      disputes_open: { ...noCases, list: '/money/disputes_open' },
      ledger_differences: { ...noCases, list: '/money/ledger_differences' },
      stock_differs: { ...noCases, list: '/money/stock_differs' },
    },
  },
  moneyCases: listOf({
    id: refundId,
    orderId,
    paymentId: checkoutId,
    refundId,
    amount: refund.amount,
    since: at,
    detail: 'charge_disputed',
    acknowledgement: null,
  }),
  acknowledgementBody: { caseId: acknowledgedCase.id, note: acknowledgedCase.acknowledgement.note },
  acknowledgedCase,
  caseRefundBody: { caseId: acknowledgedCase.id, reason: 'A test charge that was made by hand' },
  caseRefund: {
    ...requestedRefund,
    orderId: null,
    paymentId: null,
    reason: 'A test charge that was made by hand',
  },
  reconciliationBody: { day: reconciliation.day },
  reconciliation,
  runningReconciliation,
  reconciliations: listOf(reconciliation),
  differences: listOf({
    id: '01980a52-9e00-7d44-9f5a-0b1c2d3e4f50',
    kind: 'charge_missing',
    providerId: null,
    paymentId: checkoutId,
    refundId: null,
    ours: money,
    theirs: null,
    at,
  }),
} as const;
