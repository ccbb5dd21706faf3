import { by, doubles, groupBy } from '../grouping.ts';
import type { Snapshot } from '../snapshot.ts';
import { type Violation, violation } from '../violation.ts';

/** What the provider gave back is what our books say: each refund once, of the right charge, and no more. */
export const checkGivenBack = (snapshot: Snapshot): Violation[] => [
  ...theirsMatchOurs(snapshot),
  ...oursMatchTheirs(snapshot),
  ...balances(snapshot),
];

const theirsMatchOurs = ({ givenBack, refunds, payments, charges }: Snapshot): Violation[] => {
  const moved = givenBack.filter(({ status }) => status === 'succeeded');
  const refundOf = by(refunds, ({ id }) => id);
  const paymentOf = by(payments, ({ id }) => id);
  const chargeOf = by(charges, ({ id }) => id);
  return [
    ...doubles(moved, ({ refundId, id }) => refundId ?? id).map((id) =>
      violation('refund_twice', id, 'the provider gave it back twice'),
    ),
    ...moved.flatMap(({ id, refundId, amount, currency, chargeId }) => {
      const refund = refundOf.get(refundId ?? '');
      if (refund === undefined) return [violation('refund_unknown', id, `it was made for ${refundId}`)];
      const isSame = refund.amount === amount && refund.currency === currency;
      const payment = paymentOf.get(chargeOf.get(chargeId)?.paymentId ?? '');
      return [
        ...(refund.status === 'succeeded' && isSame
          ? []
          : [violation('refund_unbooked', refund.id, `${refund.status}, ${refund.amount} of ${amount}`)]),
        ...(payment?.id === refund.paymentId
          ? []
          : [violation('refund_of_another', refund.id, `it was taken from ${chargeId}`)]),
      ];
    }),
    ...[...groupBy(moved, ({ chargeId }) => chargeId)].flatMap(([chargeId, taken]) => {
      const [back, had] = [sumOf(taken), chargeOf.get(chargeId)?.amount ?? 0];
      return back <= had ? [] : [violation('charge_overdrawn', chargeId, `${back} of ${had}`)];
    }),
  ];
};

const oursMatchTheirs = ({ givenBack, refunds }: Snapshot): Violation[] => {
  const moved = new Set(
    givenBack.filter(({ status }) => status === 'succeeded').map(({ refundId }) => refundId),
  );
  return refunds
    .filter(({ id, status }) => status === 'succeeded' && !moved.has(id))
    .map(({ id }) => violation('never_refunded', id, 'the provider gave nothing back'));
};

/**
 * What came in less what went back is what the orders stand for: of a charge at the provider, the sum of what
 * is left of its orders. An order is `refunded` where nothing is left of it but what came back, and only there.
 */
const balances = ({ orders, refunds, audits, payments, charges, givenBack }: Snapshot): Violation[] => {
  const back = groupBy(
    refunds.filter(({ status }) => status === 'succeeded'),
    ({ orderId }) => orderId,
  );
  const cameBack = groupBy(
    refunds.filter(({ status, reference }) => status === 'failed' && reference !== null),
    ({ orderId }) => orderId,
  );
  const orderOf = by(orders, ({ id }) => id);
  const leftOf = (orderId: string) => (orderOf.get(orderId)?.amount ?? 0) - sumOf(back.get(orderId) ?? []);
  const auditOf = by(audits, ({ id }) => id);
  const paid = new Set(payments.filter(({ status }) => status === 'succeeded').map(({ id }) => id));
  const takenOf = groupBy(
    givenBack.filter(({ status }) => status === 'succeeded'),
    ({ chargeId }) => chargeId,
  );
  return [
    ...orders
      .filter(({ id, status }) =>
        status === 'refunded' ? leftOf(id) > sumOf(cameBack.get(id) ?? []) : leftOf(id) === 0,
      )
      .map(({ id, status }) =>
        violation('wrong_balance', id, `it is ${status}, ${leftOf(id)} is left of it`),
      ),
    ...charges
      .filter(({ status }) => status === 'succeeded')
      .flatMap(({ id, paymentId, amount }) => {
        const orderIds = paid.has(paymentId) ? (auditOf.get(paymentId)?.orderIds ?? []) : [];
        const owed = orderIds.reduce((sum, orderId) => sum + leftOf(orderId), 0);
        const kept = amount - sumOf(takenOf.get(id) ?? []);
        return kept === owed ? [] : [violation('money_adrift', id, `${kept} is kept for ${owed} of orders`)];
      }),
  ];
};

const sumOf = (rows: readonly { readonly amount: number }[]): number =>
  rows.reduce((sum, { amount }) => sum + amount, 0);
