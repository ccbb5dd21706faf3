import { by, doubles, groupBy } from '../grouping.ts';
import type { Snapshot } from '../snapshot.ts';
import { type Violation, violation } from '../violation.ts';

/** Invariant 2: one successful charge for each audit GUID, and at most one success for each order. */
export const checkCharges = (snapshot: Snapshot): Violation[] => [
  ...oneAudit(snapshot),
  ...chargesMatchPayments(snapshot),
  ...paymentsMatchCharges(snapshot),
  ...leftOpen(snapshot),
  ...successes(snapshot),
];

const oneAudit = ({ audits }: Snapshot): Violation[] =>
  doubles(audits, ({ key }) => key).map((key) => violation('key_twice', key, 'two audits have it'));

/** Nothing was charged that our books do not know, and the amounts are the same. */
const chargesMatchPayments = ({ charges, payments }: Snapshot): Violation[] => {
  const paymentOf = by(payments, ({ id }) => id);
  const taken = charges.filter(({ status }) => status === 'succeeded');
  return [
    ...doubles(taken, ({ paymentId }) => paymentId).map((key) =>
      violation('charged_twice', key, 'two successful charges'),
    ),
    ...taken.flatMap((charge) => {
      const payment = paymentOf.get(charge.paymentId);
      if (payment === undefined) return [violation('charge_unknown', charge.id, charge.paymentId)];
      const { status, amount, currency, reference } = payment;
      const same = amount === charge.amount && currency === charge.currency && reference === charge.id;
      return moved.has(status) && same
        ? []
        : [violation('charge_unbooked', charge.id, `the payment is ${status}, ${amount} ${currency}`)];
    }),
  ];
};

/** The money came in under these; the second is on its way back. */
const moved = new Set(['succeeded', 'returned']);

const paymentsMatchCharges = ({ charges, payments }: Snapshot): Violation[] => {
  const taken = new Set(
    charges.filter(({ status }) => status === 'succeeded').map(({ paymentId }) => paymentId),
  );
  return payments
    .filter(({ id, status }) => moved.has(status) && !taken.has(id))
    .map(({ id, status }) => violation('never_charged', id, `it is ${status} without a charge`));
};

/** Nothing waits for a customer any more, who could still be charged for what was given up. */
const leftOpen = ({ charges }: Snapshot): Violation[] =>
  charges
    .filter(({ status }) => status === 'requires_action')
    .map(({ id, paymentId }) => violation('charge_left_open', id, paymentId));

const afterPayment = new Set(['paid', 'completed', 'failed', 'refunded']);

/** A success pays exactly its orders, and each order that was paid was paid by one. */
const successes = ({ audits, payments, orders }: Snapshot): Violation[] => {
  const orderOf = by(orders, ({ id }) => id);
  const succeeded = new Map(
    payments.filter(({ status }) => status === 'succeeded').map((payment) => [payment.id, payment]),
  );
  const paid = audits.filter(({ id }) => succeeded.has(id));
  const paying = groupBy(
    paid.flatMap(({ id, orderIds }) => orderIds.map((orderId) => ({ id, orderId }))),
    ({ orderId }) => orderId,
  );
  return [
    ...[...paying].flatMap(([orderId, by]) =>
      by.length === 1 ? [] : [violation('paid_twice', orderId, by.map(({ id }) => id).join())],
    ),
    ...paid.flatMap((audit) =>
      audit.orderIds.flatMap((orderId) => {
        const order = orderOf.get(orderId);
        const holds = order !== undefined && afterPayment.has(order.status) && order.checkoutId === audit.id;
        return holds ? [] : [violation('paid_for_nothing', orderId, `${audit.id}: it is ${order?.status}`)];
      }),
    ),
    ...paid.flatMap(({ id, orderIds }) => {
      const total = orderIds.reduce((sum, orderId) => sum + (orderOf.get(orderId)?.amount ?? 0), 0);
      const amount = succeeded.get(id)?.amount;
      return amount === total ? [] : [violation('wrong_amount', id, `${amount} for orders of ${total}`)];
    }),
    ...orders
      .filter(({ id, status }) => afterPayment.has(status) && !paying.has(id))
      .map(({ id, status }) => violation('never_paid', id, `it is ${status}`)),
  ];
};
