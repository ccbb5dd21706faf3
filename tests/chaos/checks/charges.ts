import { timeOfId } from '../../../core/archive.ts';
import { keyMemoryMs } from '../../../core/usecases/recoverPayments.ts';
import { duplicates, groupBy, indexBy } from '../grouping.ts';
import type { Snapshot } from '../snapshot.ts';
import { type Violation, violation } from '../violation.ts';

/** Invariant 2: one successful charge for each audit GUID, and at most one success for each order. */
export const checkCharges = (snapshot: Snapshot): Violation[] => [
  ...checkAuditKeys(snapshot),
  ...checkChargesAreRecorded(snapshot),
  ...checkPaymentsAreCharged(snapshot),
  ...checkOpenCharges(snapshot),
  ...checkPaidOrders(snapshot),
];

const checkAuditKeys = ({ audits }: Snapshot): Violation[] =>
  duplicates(audits, ({ key }) => key).map((key) => violation('audit_key_twice', key, 'two audits have it'));

/** Every successful charge belongs to one payment of ours, with the same amount. */
const checkChargesAreRecorded = ({ charges, payments }: Snapshot): Violation[] => {
  const paymentOf = indexBy(payments, ({ id }) => id);
  const succeeded = charges.filter(({ status }) => status === 'succeeded');
  return [
    ...duplicates(succeeded, ({ paymentId }) => paymentId).map((key) =>
      violation('charged_twice', key, 'it has two successful charges'),
    ),
    ...succeeded.flatMap((charge) => {
      const payment = paymentOf.get(charge.paymentId);
      if (payment === undefined) return [violation('charge_unknown', charge.id, charge.paymentId)];
      const { status, amount, currency, reference } = payment;
      const isSame = amount === charge.amount && currency === charge.currency && reference === charge.id;
      return chargedStatuses.has(status) && isSame
        ? []
        : [violation('charge_not_recorded', charge.id, `the payment is ${status}, ${amount} ${currency}`)];
    }),
  ];
};

/** The statuses of payments with a successful charge; `refunded` is for late charges. */
const chargedStatuses = new Set(['succeeded', 'refunded']);

const checkPaymentsAreCharged = ({ charges, payments }: Snapshot): Violation[] => {
  const charged = new Set(
    charges.filter(({ status }) => status === 'succeeded').map(({ paymentId }) => paymentId),
  );
  return payments
    .filter(({ id, status, amount }) => amount > 0 && chargedStatuses.has(status) && !charged.has(id))
    .map(({ id, status }) => violation('never_charged', id, `it is ${status} without a charge`));
};

/**
 * No charge waits for a challenge, because its customer could still pay for released orders. After the provider has
 * forgotten the key, a charge can be cancelled by its id alone. If the answer with the id was lost, nobody can name the
 * charge, and no customer got its page.
 */
const checkOpenCharges = ({ charges, payments, takenMs }: Snapshot): Violation[] => {
  const paymentOf = indexBy(payments, ({ id }) => id);
  return charges
    .filter(({ status }) => status === 'requires_action')
    .filter(({ paymentId }) => {
      const isForgotten = takenMs - timeOfId(paymentId) >= keyMemoryMs;
      return !isForgotten || paymentOf.get(paymentId)?.reference !== null;
    })
    .map(({ id, paymentId }) => violation('charge_left_open', id, `it is of payment ${paymentId}`));
};

const afterPayment = new Set(['paid', 'completed', 'failed', 'refunded']);

/** A successful payment pays exactly its orders, and each paid order was paid by one payment. */
const checkPaidOrders = ({ audits, payments, orders }: Snapshot): Violation[] => {
  const orderOf = indexBy(orders, ({ id }) => id);
  const succeeded = new Map(
    payments.filter(({ status }) => status === 'succeeded').map((payment) => [payment.id, payment]),
  );
  const paidAudits = audits.filter(({ id }) => succeeded.has(id));
  const auditsOf = groupBy(
    paidAudits.flatMap(({ id, orderIds }) => orderIds.map((orderId) => ({ id, orderId }))),
    ({ orderId }) => orderId,
  );
  return [
    ...[...auditsOf].flatMap(([orderId, ofOrder]) =>
      ofOrder.length === 1 ? [] : [violation('paid_twice', orderId, ofOrder.map(({ id }) => id).join())],
    ),
    ...paidAudits.flatMap((audit) =>
      audit.orderIds.flatMap((orderId) => {
        const order = orderOf.get(orderId);
        const isPaid = order !== undefined && afterPayment.has(order.status) && order.checkoutId === audit.id;
        return isPaid
          ? []
          : [violation('payment_without_order', orderId, `${audit.id}: the order is ${order?.status}`)];
      }),
    ),
    ...paidAudits.flatMap(({ id, orderIds }) => {
      const total = orderIds.reduce((sum, orderId) => sum + (orderOf.get(orderId)?.amount ?? 0), 0);
      const amount = succeeded.get(id)?.amount;
      return amount === total
        ? []
        : [violation('payment_amount_wrong', id, `it is ${amount} for orders of ${total}`)];
    }),
    ...orders
      .filter(({ id, status }) => afterPayment.has(status) && !auditsOf.has(id))
      .map(({ id, status }) => violation('never_paid', id, `it is ${status}`)),
  ];
};
