import { duplicates, groupBy, indexBy } from '../grouping.ts';
import { invoiceNumberOf as numberOf, type Snapshot } from '../snapshot.ts';
import { type Violation, violation } from '../violation.ts';

/** Invariant 5: each checkout that is invoiced has one invoice with all its orders, and the numbers have no gap. */
export const checkInvoices = (snapshot: Snapshot): Violation[] => [
  ...checkNumbers(snapshot),
  ...checkLines(snapshot),
  ...checkCreditNotes(snapshot),
];

/** Each order that was invoiced names the invoice of its checkout. */
const checkNumbers = ({ invoices, history, orders }: Snapshot): Violation[] => {
  const invoiceOf = indexBy(invoices, ({ checkoutId }) => checkoutId);
  const orderOf = indexBy(orders, ({ id }) => id);
  const invoiced = history.filter(({ state }) => state === 'invoiced');
  const owed = new Set(invoiced.map(({ orderId }) => orderOf.get(orderId)?.checkoutId));
  return [
    ...findGaps('invoice', invoices),
    ...duplicates(invoices, ({ checkoutId }) => checkoutId).map((id) =>
      violation('invoice_twice', id, 'the checkout has two'),
    ),
    ...invoiced.flatMap(({ orderId, detail }) => {
      const invoice = invoiceOf.get(orderOf.get(orderId)?.checkoutId ?? '');
      if (invoice === undefined) return [violation('invoice_missing', orderId, `its history says ${detail}`)];
      return numberOf(invoice) === detail
        ? []
        : [violation('invoice_number_differs', orderId, `${detail} is not ${numberOf(invoice)}`)];
    }),
    ...invoices
      .filter(({ checkoutId }) => !owed.has(checkoutId))
      .map(({ checkoutId }) => violation('invoice_not_owed', checkoutId, 'no history names it')),
  ];
};

/** The lines are the orders of the checkout, at their amounts. Only refunded ones may be left out. */
const checkLines = ({ invoices, orders }: Snapshot): Violation[] => {
  const ordersOf = groupBy(orders, ({ checkoutId }) => checkoutId);
  return invoices.flatMap(({ checkoutId, lines, total }) => {
    const ofCheckout = ordersOf.get(checkoutId) ?? [];
    const amountOf = new Map(ofCheckout.map(({ id, amount }) => [id, amount]));
    const listed = new Set(lines.map(({ orderId }) => orderId));
    const isRight =
      lines.every(({ orderId, amount }) => amountOf.get(orderId) === amount) &&
      listed.size === lines.length &&
      lines.reduce((sum, { amount }) => sum + amount, 0) === total;
    return [
      ...(isRight ? [] : [violation('invoice_wrong', checkoutId, JSON.stringify({ lines, total }))]),
      ...ofCheckout
        .filter(({ id, status }) => status !== 'refunded' && !listed.has(id))
        .map(({ id }) => violation('invoice_line_missing', id, 'the invoice leaves it out')),
    ];
  });
};

/**
 * One for each refund that succeeded after the order's own row `invoiced`. An order can also be invoiced by another group
 * of its checkout before that, or without it: then each of its refunds may have one. No other refund has one.
 */
const checkCreditNotes = ({ creditNotes: issued, refunds, history, invoices }: Snapshot): Violation[] => {
  const orderIdOf = new Map(refunds.map(({ id, orderId }) => [id, orderId]));
  const creditNotesOf = groupBy(issued, ({ refundId }) => orderIdOf.get(refundId) ?? null);
  const rowsOf = groupBy(history, ({ orderId }) => orderId);
  const orderIds = new Set(refunds.map(({ orderId }) => orderId));
  const sharedLines = new Set(
    invoices
      .filter(({ lines }) => lines.length > 1)
      .flatMap(({ lines }) => lines.map((line) => line.orderId)),
  );
  const succeededStates = ['partially_refunded', 'refunded'];
  return [
    ...findGaps('credit_note', issued),
    ...duplicates(issued, ({ refundId }) => refundId).map((id) =>
      violation('credit_note_twice', id, 'the refund has two'),
    ),
    ...[...orderIds, null].flatMap((orderId) => {
      const rows = rowsOf.get(orderId ?? '') ?? [];
      const invoicedAt = rows.find(({ state }) => state === 'invoiced')?.seq ?? Number.POSITIVE_INFINITY;
      const succeeded = rows.filter(({ state }) => succeededStates.includes(state));
      const due = succeeded.filter(({ seq }) => seq > invoicedAt).length;
      const most = sharedLines.has(orderId ?? '') ? succeeded.length : due;
      const count = creditNotesOf.get(orderId)?.length ?? 0;
      return count >= due && count <= most
        ? []
        : [violation('credit_note_count', String(orderId), `${count} of ${due}`)];
    }),
  ];
};

const findGaps = (
  thing: string,
  issued: readonly { readonly year: number; readonly sequence: number }[],
): Violation[] =>
  [...groupBy(issued, ({ year }) => year)].flatMap(([year, ofYear]) => {
    const numbers = ofYear.map(({ sequence }) => sequence).sort((one, other) => one - other);
    return numbers.every((number, index) => number === index + 1)
      ? []
      : [violation(`${thing}_gap`, String(year), `${numbers.length} numbers from 1 to ${numbers.at(-1)}`)];
  });
