import type { Snapshot } from '../snapshot.ts';
import { type Violation, violation } from '../violation.ts';

/** The money page counts what is wrong and nothing else, and the provider's ledger agrees with ours. */
export const checkMoneyPage = (snapshot: Snapshot): Violation[] => {
  const { clientLog, charges, providerRefunds, providerDisputes } = snapshot;
  const lost = providerDisputes.filter(({ status }) => status === 'lost').length;
  const countSucceeded = (rows: readonly { readonly status: string }[]) =>
    rows.filter(({ status }) => status === 'succeeded').length;
  const reconciled = (kind: 'charges' | 'refunds') =>
    clientLog.reconciliations.reduce((sum, reconciliation) => sum + reconciliation[kind], 0);
  const isComplete =
    reconciled('charges') === countSucceeded(charges) &&
    reconciled('refunds') === countSucceeded(providerRefunds) + lost;
  return [
    ...Object.entries(expectedCounts(snapshot))
      .filter(([check, expected]) => clientLog.money[check] !== expected)
      .map(([check, expected]) =>
        violation('money_page_wrong', check, `it shows ${clientLog.money[check]} instead of ${expected}`),
      ),
    ...clientLog.reconciliations
      .filter(({ differences }) => differences > 0)
      .map(({ day, differences }) => violation('reconciliation_differs', day, `${differences} differences`)),
    ...(isComplete
      ? []
      : [
          violation(
            'reconciliation_counts_wrong',
            '-',
            `${reconciled('charges')} charges, ${reconciled('refunds')} refunds`,
          ),
        ]),
  ];
};

/**
 * The cases are failed orders, and failed refunds whose money did not go back in another way: by a later request, by an
 * adopted refund as large, or because nothing of the order is left.
 */
const expectedCounts = ({ orders, refunds }: Snapshot): Readonly<Record<string, number>> => {
  type Refund = Snapshot['refunds'][number];
  const refundedOf = (orderId: string) =>
    refunds
      .filter((refund) => refund.orderId === orderId && refund.status === 'succeeded')
      .reduce((sum, { amount }) => sum + amount, 0);
  const refunded = new Set(orders.filter(({ id, amount }) => refundedOf(id) >= amount).map(({ id }) => id));
  const isAdopted = ({ origin }: Refund) => origin === 'provider' || origin === 'dispute';
  const isRepeated = ({ id, orderId, updatedMs }: Refund) =>
    orderId !== null &&
    refunds.some(
      (other) =>
        other.id !== id && other.orderId === orderId && other.createdMs >= updatedMs && !isAdopted(other),
    );
  const isCovered = ({ orderId, paymentId, amount, createdMs }: Refund) =>
    refunds.some(
      (other) =>
        isAdopted(other) &&
        other.status === 'succeeded' &&
        other.amount >= amount &&
        other.paymentId === paymentId &&
        other.orderId === orderId &&
        (orderId === null || other.updatedMs >= createdMs),
    );
  const standing = new Set(
    refunds.flatMap(({ status, reference }) => (status === 'succeeded' ? (reference ?? []) : [])),
  );
  const isCase = (refund: Refund) =>
    refund.status === 'failed' &&
    refund.origin !== 'dispute' &&
    !refunded.has(refund.orderId ?? '') &&
    !isRepeated(refund) &&
    !isCovered(refund) &&
    !standing.has(refund.reference ?? '');
  return {
    paid_without_progress: orders.filter(({ status }) => status === 'failed').length,
    unknown: 0,
    charged_twice: 0,
    refunds_stuck: refunds.filter(isCase).length,
    refunds_unassigned: 0,
    disputes_open: 0,
    ledger_differences: 0,
    stock_differs: 0,
  };
};
