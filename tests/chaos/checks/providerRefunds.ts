import { duplicates, groupBy, indexBy } from '../grouping.ts';
import type { RefundRow, Snapshot } from '../snapshot.ts';
import { type Violation, violation } from '../violation.ts';

/** The provider's refunds are those of our database: each once, of the right charge, and no more than it. */
export const checkProviderRefunds = (snapshot: Snapshot): Violation[] => [
  ...checkRefundsAreRecorded(snapshot),
  ...checkRefundsAreMade(snapshot),
  ...checkBalances(snapshot),
  ...checkDisputes(snapshot),
];

/** Money that went back at the provider: refunds that succeeded, and disputes that were lost. */
const givenBack = ({ providerRefunds, providerDisputes }: Snapshot): readonly GivenBack[] => [
  ...providerRefunds.filter(({ status }) => status === 'succeeded'),
  ...providerDisputes.filter(({ status }) => status === 'lost').map((row) => ({ ...row, refundId: null })),
];

type GivenBack = Snapshot['providerRefunds'][number];

const checkRefundsAreRecorded = (snapshot: Snapshot): Violation[] => {
  const { refunds, payments, charges } = snapshot;
  const succeeded = givenBack(snapshot);
  const refundOf = indexBy(refunds, ({ id }) => id);
  const partsOf = groupBy(refunds.filter(isAdopted), ({ reference }) => reference);
  const paymentOf = indexBy(payments, ({ id }) => id);
  const chargeOf = indexBy(charges, ({ id }) => id);
  return [
    ...duplicates(succeeded, ({ refundId, id }) => refundId ?? id).map((id) =>
      violation('refund_twice', id, 'the provider made it twice'),
    ),
    ...succeeded.flatMap(({ id, refundId, amount, currency, chargeId }) => {
      const own = refundOf.get(refundId ?? '');
      const ours = own === undefined ? standing(partsOf.get(id) ?? []) : [own];
      if (ours.length === 0) return [violation('refund_unknown', id, `its refund id is ${refundId}`)];
      const isSame = sumOf(ours) === amount && ours.every((refund) => refund.currency === currency);
      const payment = paymentOf.get(chargeOf.get(chargeId)?.paymentId ?? '');
      return [
        ...(isSame && ours.every(({ status }) => status === 'succeeded')
          ? []
          : [violation('refund_not_recorded', ours[0]?.id ?? id, `${sumOf(ours)} of ${amount}`)]),
        ...(ours.every(({ paymentId }) => paymentId === payment?.id)
          ? []
          : [violation('refund_of_wrong_charge', ours[0]?.id ?? id, `it is of charge ${chargeId}`)]),
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

/** A part that has moved to other orders has failed here: the parts that replaced it stand for it. */
const standing = (parts: readonly RefundRow[]): readonly RefundRow[] => {
  const succeeded = parts.filter(({ status }) => status === 'succeeded');
  return succeeded.length === 0 ? parts : succeeded;
};

const checkRefundsAreMade = (snapshot: Snapshot): Violation[] => {
  const made = new Set(givenBack(snapshot).map(({ refundId, id }) => refundId ?? id));
  return snapshot.refunds
    .filter(({ status }) => status === 'succeeded')
    .filter((refund) => !made.has(isAdopted(refund) ? (refund.reference ?? '') : refund.id))
    .map(({ id }) => violation('never_refunded', id, 'the provider has no such refund'));
};

/** Every dispute has ended, so no order is disputed. */
const checkDisputes = ({ orders, providerDisputes }: Snapshot): Violation[] =>
  providerDisputes.some(({ status }) => status === 'needs_response')
    ? []
    : orders
        .filter(({ disputed }) => disputed)
        .map(({ id }) => violation('still_disputed', id, 'no dispute is open'));

const isAdopted = ({ origin }: Snapshot['refunds'][number]): boolean =>
  origin === 'provider' || origin === 'dispute';

/**
 * A charge minus its refunds at the provider equals the sum of what is left of its orders. An order is `refunded`
 * exactly if nothing is left of it, except for refunds that succeeded and failed later, and for lost disputes, which
 * change no status.
 */
const checkBalances = (snapshot: Snapshot): Violation[] => {
  const { orders, refunds, audits, payments, charges } = snapshot;
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
  const givenBackOf = groupBy(givenBack(snapshot), ({ chargeId }) => chargeId);
  const chargedBack = new Set(
    refunds.filter(({ origin }) => origin === 'dispute').map(({ orderId }) => orderId),
  );
  return [
    ...orders
      // Of an order for free nothing is left, and nothing can go back.
      .filter(({ amount }) => amount > 0)
      .filter(({ id, status }) =>
        status === 'refunded'
          ? leftOf(id) > sumOf(failedLaterOf.get(id) ?? [])
          : leftOf(id) === 0 && !chargedBack.has(id),
      )
      .map(({ id, status }) =>
        violation('order_balance_wrong', id, `it is ${status}, ${leftOf(id)} is left of it`),
      ),
    ...charges
      .filter(({ status }) => status === 'succeeded')
      .flatMap(({ id, paymentId, amount }) => {
        const orderIds = paid.has(paymentId) ? (auditOf.get(paymentId)?.orderIds ?? []) : [];
        const expected = orderIds.reduce((sum, orderId) => sum + leftOf(orderId), 0);
        const left = amount - sumOf(givenBackOf.get(id) ?? []);
        return left === expected
          ? []
          : [violation('charge_balance_wrong', id, `${left} is left, its orders have ${expected}`)];
      }),
  ];
};

const sumOf = (rows: readonly { readonly amount: number }[]): number =>
  rows.reduce((sum, { amount }) => sum + amount, 0);
