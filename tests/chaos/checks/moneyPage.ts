import type { Snapshot } from '../snapshot.ts';
import { type Violation, violation } from '../violation.ts';

/** The operator's money page shows what is wrong, and nothing else; and the provider's ledger agrees with us. */
export const checkMoneyPage = (snapshot: Snapshot): Violation[] => {
  const expected = casesOf(snapshot);
  const { told, charges, givenBack } = snapshot;
  const count = (rows: readonly { readonly status: string }[]) =>
    rows.filter(({ status }) => status === 'succeeded').length;
  const sumOf = (of: 'charges' | 'refunds') => told.moneyAudits.reduce((sum, audit) => sum + audit[of], 0);
  const counted = sumOf('charges') === count(charges) && sumOf('refunds') === count(givenBack);
  return [
    ...Object.entries(expected)
      .filter(([check, cases]) => told.money[check] !== cases)
      .map(([check, cases]) => violation('money_page_wrong', check, `${told.money[check]}, not ${cases}`)),
    ...told.moneyAudits
      .filter(({ differences }) => differences > 0)
      .map(({ day, differences }) => violation('ledger_differs', day, `in ${differences} entries`)),
    ...(counted
      ? []
      : [violation('ledger_misread', '-', `${sumOf('charges')} charges, ${sumOf('refunds')} refunds`)]),
  ];
};

/** What it must count: orders that failed for good, and refunds that were not made and not asked for again since. */
const casesOf = ({ orders, refunds }: Snapshot): Readonly<Record<string, number>> => {
  const isFollowed = ({ orderId, updatedMs }: Snapshot['refunds'][number]) =>
    refunds.some((other) => orderId !== null && other.orderId === orderId && other.createdMs >= updatedMs);
  return {
    paid_without_progress: orders.filter(({ status }) => status === 'failed').length,
    unknown: 0,
    charged_twice: 0,
    refunds_stuck: refunds.filter((refund) => refund.status === 'failed' && !isFollowed(refund)).length,
    ledger_differences: 0,
  };
};
