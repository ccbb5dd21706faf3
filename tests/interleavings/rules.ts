import { openPaymentStatuses } from '../../core/payment.ts';
import { countedRefundStatuses, succeededRefundStatuses } from '../../core/refund.ts';
import type { Snapshot } from './snapshot.ts';

/** What must be so after every commit, whatever ran beside it. Returns what is wrong. */
type Rule = (snapshot: Snapshot) => readonly string[];

const isOpen = (status: string): boolean => (openPaymentStatuses as readonly string[]).includes(status);
const isCounted = (status: string): boolean => (countedRefundStatuses as readonly string[]).includes(status);
const isSucceeded = (status: string): boolean =>
  (succeededRefundStatuses as readonly string[]).includes(status);
const sumOf = <Row>(rows: readonly Row[], value: (row: Row) => number): number =>
  rows.reduce((sum, row) => sum + value(row), 0);

/** Units that were delivered are left or held by orders. */
const stockAddsUp: Rule = ({ stock, orders }) =>
  stock
    .filter(({ limited }) => limited)
    .filter(({ product_id, units, delivered }) => {
      const held = sumOf(
        orders.filter((order) => order.product_id === product_id),
        (order) => order.held,
      );
      return units < 0 || delivered - units !== held;
    })
    .map(({ product_id }) => `stock_wrong ${product_id}`);

/** An order that nobody has paid for, and that is not being paid, holds nothing. */
const freeOrdersHoldNothing: Rule = ({ orders }) =>
  orders
    .filter(({ status, held }) => held !== 0 && (status === 'pending' || status === 'cancelled'))
    .map(({ id }) => `stock_leaked ${id}`);

const payingOrdersHavePayments: Rule = ({ orders, payments }) => {
  const paymentOf = new Map(payments.map((payment) => [payment.id, payment]));
  const orderOf = new Map(orders.map((order) => [order.id, order]));
  return [
    ...orders
      .filter(({ status, checkout_id }) => {
        const payment = paymentOf.get(checkout_id ?? '');
        if (status === 'paying') return payment === undefined || !isOpen(payment.status);
        return ['paid', 'completed', 'failed'].includes(status) && payment?.status !== 'succeeded';
      })
      .map(({ id, status }) => `order_without_payment ${status} ${id}`),
    ...payments
      .filter(({ id, status, order_ids }) =>
        order_ids.some((orderId) => {
          const order = orderOf.get(orderId);
          if (isOpen(status)) return order?.status !== 'paying' || order.checkout_id !== id;
          return status === 'succeeded' && order?.checkout_id !== id;
        }),
      )
      .map(({ id, status }) => `payment_without_orders ${status} ${id}`),
  ];
};

/** A payment is of what its orders cost. */
const paymentsCostTheirOrders: Rule = ({ orders, payments }) =>
  payments
    .filter(({ status }) => isOpen(status) || status === 'succeeded')
    .filter(
      ({ amount, order_ids }) =>
        amount !==
        sumOf(
          orders.filter(({ id }) => order_ids.includes(id)),
          (order) => order.amount,
        ),
    )
    .map(({ id }) => `amount_wrong ${id}`);

/** One payment at most has won an order. */
const oneWinner: Rule = ({ orders, payments }) =>
  orders
    .filter(
      ({ id }) =>
        payments.filter(
          ({ status, order_ids }) => order_ids.includes(id) && (isOpen(status) || status === 'succeeded'),
        ).length > 1,
    )
    .map(({ id }) => `two_winners ${id}`);

/** The history counts from 1, and who counts it agrees: the task, or the order if it has none. */
const historiesCount: Rule = ({ orders, history, tasks }) =>
  orders
    .filter(({ id, seq }) => {
      const seqs = history.filter(({ order_id }) => order_id === id).map((row) => row.seq);
      const task = tasks.find(({ order_ids }) => order_ids?.includes(id) === true);
      const counted = task?.seqs?.[task.order_ids?.indexOf(id) ?? 0] ?? seq;
      return seqs.some((each, index) => each !== index + 1) || seqs.length !== counted;
    })
    .map(({ id }) => `history_wrong ${id}`);

const historyEnds: Readonly<Record<string, string>> = {
  cancelled: 'cancelled',
  paying: 'paying',
  pending: 'pending',
};

/** The last state that is a status is the order's. */
const historiesEnd: Rule = ({ orders, history }) => {
  const statuses = ['pending', 'paying', 'paid', 'completed', 'failed', 'cancelled', 'refunded', 'retried'];
  return orders
    .filter(({ id, status }) => {
      const states = history.filter(({ order_id }) => order_id === id).map(({ state }) => state);
      const last = states.findLast((state) => statuses.includes(state));
      return historyEnds[status] !== undefined && last !== historyEnds[status];
    })
    .map(({ id, status }) => `history_ends_wrong ${status} ${id}`);
};

/** A paid order has one task, and no order has two. */
const ordersHaveTasks: Rule = ({ orders, tasks }) =>
  orders
    .filter(({ id, status }) => {
      const count = tasks.filter(({ order_ids }) => order_ids?.includes(id) === true).length;
      if (count > 1) return true;
      return status === 'paid' || status === 'failed' ? count !== 1 : !hasEnded(status) && count > 0;
    })
    .map(({ id, status }) => `task_wrong ${status} ${id}`);

/** Their notice may be under way. */
const hasEnded = (status: string): boolean => status === 'completed' || status === 'refunded';

const leasesHaveEnds: Rule = ({ tasks }) =>
  tasks
    .filter(({ state, lease_until_ms }) => (state === 'running') !== (lease_until_ms !== null))
    .map(({ id, state }) => `lease_wrong ${state} ${id}`);

/** We never ask for more back than was paid. What the provider did on its own has happened, and may be more. */
const refundsFit: Rule = ({ orders, payments, refunds: all }) => {
  const refunds = all.filter(({ origin }) => origin === 'operator' || origin === 'system');
  return [...ordersBeyond(orders, refunds), ...paymentsBeyond(payments, refunds)];
};

const ordersBeyond = (orders: Snapshot['orders'], refunds: Snapshot['refunds']): readonly string[] =>
  orders
    .filter(
      ({ id, amount }) =>
        sumOf(
          refunds.filter((refund) => refund.order_id === id && isCounted(refund.status)),
          (refund) => refund.amount,
        ) > amount,
    )
    .map(({ id }) => `refunded_too_much ${id}`);

const paymentsBeyond = (payments: Snapshot['payments'], refunds: Snapshot['refunds']): readonly string[] =>
  payments
    .filter(
      ({ id, amount }) =>
        sumOf(
          refunds.filter((refund) => refund.payment_id === id && isCounted(refund.status)),
          (refund) => refund.amount,
        ) > amount,
    )
    .map(({ id }) => `charge_refunded_too_much ${id}`);

/** It stays refunded if the provider says later that a refund has failed. A lost dispute changes no status. */
const refundedOrdersAreRefunded: Rule = ({ orders, refunds }) =>
  orders
    .filter(({ id, status, amount }) => {
      const back = sumOf(
        refunds.filter(
          (refund) => refund.order_id === id && isSucceeded(refund.status) && refund.origin !== 'dispute',
        ),
        (refund) => refund.amount,
      );
      return status !== 'refunded' && amount > 0 && back >= amount;
    })
    .map(({ id, status }) => `refund_status_wrong ${status} ${id}`);

/** A refund of the provider is adopted once. */
const refundsAreOnce: Rule = ({ refunds }) => {
  const seen = new Set<string>();
  return refunds.flatMap(({ id, reference, order_id, amount }) => {
    if (reference === null) return [];
    const identity = `${reference} ${order_id} ${amount}`;
    if (seen.has(identity)) return [`refund_twice ${id}`];
    seen.add(identity);
    return [];
  });
};

/** Numbers have no gap and none is twice. */
const numbersCount: Rule = ({ invoices, invoice_counters, refunds, credit_note_counters }) => [
  ...faultsOfNumbers('invoice', invoices, invoice_counters),
  ...faultsOfNumbers(
    'credit_note',
    refunds.flatMap(({ credit_note_year: year, credit_note_sequence: sequence }) =>
      year === null || sequence === null ? [] : [{ year, sequence }],
    ),
    credit_note_counters,
  ),
  ...(new Set(invoices.map(({ checkout_id }) => checkout_id)).size === invoices.length
    ? []
    : ['two_invoices']),
];

const faultsOfNumbers = (
  name: string,
  numbered: readonly { readonly year: number; readonly sequence: number }[],
  counters: readonly { readonly year: number; readonly last: number }[],
): readonly string[] =>
  counters
    .filter(({ year, last }) => {
      const sequences = numbered.filter((row) => row.year === year).map(({ sequence }) => sequence);
      return (
        sequences.length !== last ||
        sequences.toSorted((one, other) => one - other).some((each, index) => each !== index + 1)
      );
    })
    .map(({ year }) => `${name}_numbers_wrong ${year}`);

/** No event is left of a subscription that has ended. */
const eventsHaveSubscriptions: Rule = ({ events, subscriptions }) =>
  events
    .filter(({ subscription_id }) => !subscriptions.some(({ id }) => id === subscription_id))
    .map(({ subscription_id, subject }) => `event_of_nobody ${subscription_id} ${subject}`);

const rules: readonly Rule[] = [
  stockAddsUp,
  freeOrdersHoldNothing,
  payingOrdersHavePayments,
  paymentsCostTheirOrders,
  oneWinner,
  historiesCount,
  historiesEnd,
  ordersHaveTasks,
  leasesHaveEnds,
  refundsFit,
  refundedOrdersAreRefunded,
  refundsAreOnce,
  numbersCount,
  eventsHaveSubscriptions,
];

/** An empty list means that no rule is broken. */
export const checkRules = (snapshot: Snapshot): readonly string[] => rules.flatMap((rule) => rule(snapshot));
