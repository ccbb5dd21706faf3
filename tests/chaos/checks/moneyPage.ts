import type { Snapshot } from '../snapshot.ts';
import { type Violation, violation } from '../violation.ts';

/** The money page counts what is wrong and nothing else, and the provider's ledger agrees with ours. */
export const checkMoneyPage = (snapshot: Snapshot): Violation[] => {
  const { clientLog, charges, providerRefunds } = snapshot;
  const countSucceeded = (rows: readonly { readonly status: string }[]) =>
    rows.filter(({ status }) => status === 'succeeded').length;
  const reconciled = (kind: 'charges' | 'refunds') =>
    clientLog.reconciliations.reduce((sum, reconciliation) => sum + reconciliation[kind], 0);
  const isComplete =
    reconciled('charges') === countSucceeded(charges) &&
    reconciled('refunds') === countSucceeded(providerRefunds);
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

/** The cases are failed orders, and failed refunds after which no other refund of the order was requested. */
const expectedCounts = ({ orders, refunds }: Snapshot): Readonly<Record<string, number>> => {
  const isRepeated = ({ orderId, updatedMs }: Snapshot['refunds'][number]) =>
    refunds.some((other) => orderId !== null && other.orderId === orderId && other.createdMs >= updatedMs);
  return {
    paid_without_progress: orders.filter(({ status }) => status === 'failed').length,
    unknown: 0,
    charged_twice: 0,
    refunds_stuck: refunds.filter((refund) => refund.status === 'failed' && !isRepeated(refund)).length,
    ledger_differences: 0,
    stock_differs: 0,
  };
};
