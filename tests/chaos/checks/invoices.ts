import { duplicates, groupBy, indexBy } from '../grouping.ts';
import { invoiceNumberOf as numberOf, type Snapshot } from '../snapshot.ts';
import { type Violation, violation } from '../violation.ts';

/**
 * Invariant 5: each checkout that is invoiced has one invoice with all its orders, the numbers have no gap, and the
 * documents say what was paid and what went back. Nothing of it with an invoice service.
 */
export const checkInvoices = (snapshot: Snapshot): Violation[] =>
  snapshot.requestedInvoices === null
    ? [
        ...checkNumbers(snapshot),
        ...checkLines(snapshot),
        ...checkCreditNotes(snapshot),
        ...checkBalances(snapshot),
      ]
    : [];

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
 * One for each refund of an invoiced order that succeeded, whether before or after the invoice. One that failed later may
 * have a void one. A late charge, an order that is on no invoice and a lost dispute have none.
 */
const checkCreditNotes = ({ creditNotes: issued, refunds, invoices }: Snapshot): Violation[] => {
  const noteOf = indexBy(issued, ({ refundId }) => refundId);
  const lineOf = new Map(
    invoices.flatMap((invoice) =>
      invoice.lines.map(({ orderId }, index) => [orderId, `${numberOf(invoice)} ${index + 1}`] as const),
    ),
  );
  return [
    ...findGaps('credit_note', issued),
    ...duplicates(issued, ({ refundId }) => refundId).map((id) =>
      violation('credit_note_twice', id, 'the refund has two'),
    ),
    ...refunds.flatMap(({ id, orderId, status, origin, reference }) => {
      const line = origin === 'dispute' ? undefined : lineOf.get(orderId ?? '');
      const note = noteOf.get(id);
      const isDue = line !== undefined && status === 'succeeded';
      const isAllowed = isDue || (line !== undefined && status === 'failed' && reference !== null);
      if (note === undefined) return isDue ? [violation('credit_note_missing', id, `${line}`)] : [];
      if (!isAllowed) return [violation('credit_note_not_owed', id, `it is ${status}, of ${orderId}`)];
      return note.credited === line
        ? []
        : [violation('credit_note_line', id, `it credits ${note.credited} and not ${line}`)];
    }),
  ];
};

/**
 * An invoice less its credit notes is what was paid for its orders less what went back. A lost dispute cancels no sale, and
 * a credit note of a refund that failed later is void.
 */
const checkBalances = ({ invoices, creditNotes, refunds, orders }: Snapshot): Violation[] => {
  const succeeded = refunds.filter(({ status, origin }) => status === 'succeeded' && origin !== 'dispute');
  const refundOf = indexBy(succeeded, ({ id }) => id);
  const creditedOf = groupBy(creditNotes, ({ credited }) => credited.split(' ')[0]);
  const refundsOf = groupBy(succeeded, ({ orderId }) => orderId);
  const orderOf = indexBy(orders, ({ id }) => id);
  return invoices.flatMap((invoice) => {
    const credited = sum(
      (creditedOf.get(numberOf(invoice)) ?? []).map(({ refundId }) => refundOf.get(refundId)?.amount ?? 0),
    );
    const paid = sum(invoice.lines.map(({ orderId }) => orderOf.get(orderId)?.amount ?? 0));
    const refunded = sum(
      invoice.lines.flatMap(({ orderId }) => (refundsOf.get(orderId) ?? []).map(({ amount }) => amount)),
    );
    return invoice.total - credited === paid - refunded
      ? []
      : [
          violation(
            'invoice_balance_wrong',
            invoice.checkoutId,
            `${invoice.total} - ${credited} is not ${paid} - ${refunded}`,
          ),
        ];
  });
};

const sum = (amounts: readonly number[]): number => amounts.reduce((all, amount) => all + amount, 0);

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
