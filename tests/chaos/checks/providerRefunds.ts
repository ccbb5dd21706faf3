import { duplicates, groupBy, indexBy } from '../grouping.ts';
import type { Snapshot } from '../snapshot.ts';
import { type Violation, violation } from '../violation.ts';

/** The provider's refunds are those of our database: each once, of the right charge, and no more than it. */
export const checkProviderRefunds = (snapshot: Snapshot): Violation[] => [
  ...checkRefundsAreRecorded(snapshot),
  ...checkRefundsAreMade(snapshot),
  ...checkBalances(snapshot),
];

const checkRefundsAreRecorded = (snapshot: Snapshot): Violation[] => {
  const { providerRefunds, refunds, payments, charges } = snapshot;
  const succeeded = providerRefunds.filter(({ status }) => status === 'succeeded');
  const refundOf = indexBy(refunds, ({ id }) => id);
  const paymentOf = indexBy(payments, ({ id }) => id);
  const chargeOf = indexBy(charges, ({ id }) => id);
  return [
    ...duplicates(succeeded, ({ refundId, id }) => refundId ?? id).map((id) =>
      violation('refund_twice', id, 'the provider made it twice'),
    ),
    ...succeeded.flatMap(({ id, refundId, amount, currency, chargeId }) => {
      const refund = refundOf.get(refundId ?? '');
      if (refund === undefined) return [violation('refund_unknown', id, `its refund id is ${refundId}`)];
      const isSame = refund.amount === amount && refund.currency === currency;
      const payment = paymentOf.get(chargeOf.get(chargeId)?.paymentId ?? '');
      return [
        ...(refund.status === 'succeeded' && isSame
          ? []
          : [violation('refund_not_recorded', refund.id, `${refund.status}, ${refund.amount} of ${amount}`)]),
        ...(payment?.id === refund.paymentId
          ? []
          : [violation('refund_of_wrong_charge', refund.id, `it is of charge ${chargeId}`)]),
      ];
    }),
    ...[...groupBy(succeeded, ({ chargeId }) => chargeId)].flatMap(([chargeId, ofCharge]) => {
      const [refunded, charged] = [sumOf(ofCharge), chargeOf.get(chargeId)?.amount ?? 0];
      return refunded <= charged
        ? []
        : [violation('charge_over_refunded', chargeId, `${refunded} of ${charged}`)];
    }),
  ];
};

const checkRefundsAreMade = ({ providerRefunds, refunds }: Snapshot): Violation[] => {
  const made = new Set(
    providerRefunds.filter(({ status }) => status === 'succeeded').map(({ refundId }) => refundId),
  );
  return refunds
    .filter(({ id, status }) => status === 'succeeded' && !made.has(id))
    .map(({ id }) => violation('never_refunded', id, 'the provider has no such refund'));
};

/**
 * A charge minus its refunds at the provider equals the sum of what is left of its orders. An order is `refunded`
 * exactly if nothing is left of it, except for refunds that succeeded and failed later.
 */
const checkBalances = (snapshot: Snapshot): Violation[] => {
  const { orders, refunds, audits, payments, charges, providerRefunds } = snapshot;
  const refundsOf = groupBy(
    refunds.filter(({ status }) => status === 'succeeded'),
    ({ orderId }) => orderId,
  );
  const failedLaterOf = groupBy(
    refunds.filter(({ status, reference }) => status === 'failed' && reference !== null),
    ({ orderId }) => orderId,
  );
  const orderOf = indexBy(orders, ({ id }) => id);
  const leftOf = (orderId: string) =>
    (orderOf.get(orderId)?.amount ?? 0) - sumOf(refundsOf.get(orderId) ?? []);
  const auditOf = indexBy(audits, ({ id }) => id);
  const paid = new Set(payments.filter(({ status }) => status === 'succeeded').map(({ id }) => id));
  const providerRefundsOf = groupBy(
    providerRefunds.filter(({ status }) => status === 'succeeded'),
    ({ chargeId }) => chargeId,
  );
  return [
    ...orders
      .filter(({ id, status }) =>
        status === 'refunded' ? leftOf(id) > sumOf(failedLaterOf.get(id) ?? []) : leftOf(id) === 0,
      )
      .map(({ id, status }) =>
        violation('order_balance_wrong', id, `it is ${status}, ${leftOf(id)} is left of it`),
      ),
    ...charges
      .filter(({ status }) => status === 'succeeded')
      .flatMap(({ id, paymentId, amount }) => {
        const orderIds = paid.has(paymentId) ? (auditOf.get(paymentId)?.orderIds ?? []) : [];
        const expected = orderIds.reduce((sum, orderId) => sum + leftOf(orderId), 0);
        const left = amount - sumOf(providerRefundsOf.get(id) ?? []);
        return left === expected
          ? []
          : [violation('charge_balance_wrong', id, `${left} is left, its orders have ${expected}`)];
      }),
  ];
};

const sumOf = (rows: readonly { readonly amount: number }[]): number =>
  rows.reduce((sum, { amount }) => sum + amount, 0);
