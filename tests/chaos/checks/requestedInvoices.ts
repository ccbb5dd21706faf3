import { duplicates, groupBy, indexBy } from '../grouping.ts';
import { skippedStepOf } from '../resends.ts';
import type { RequestedInvoice, Snapshot } from '../snapshot.ts';
import { type Violation, violation } from '../violation.ts';

/**
 * With an invoice service: it has one request for each checkout, whichever groups sent it and how often, and its number is
 * that of every order. Then the shop has no invoices of its own.
 */
export const checkRequestedInvoices = (snapshot: Snapshot): Violation[] => {
  const { requestedInvoices, invoices, creditNotes } = snapshot;
  if (requestedInvoices === null) return [];
  return [
    ...duplicates(requestedInvoices, ({ checkoutId }) => checkoutId).map((id) =>
      violation('invoice_requested_twice', id, 'the service has two invoices of the checkout'),
    ),
    ...requestedInvoices
      .filter(({ isChanged }) => isChanged)
      .map(({ key }) => violation('invoice_request_changed', key, 'it had two bodies')),
    ...invoices.map(({ checkoutId }) => violation('invoice_not_owed', checkoutId, 'the service has them')),
    ...creditNotes.map(({ refundId }) => violation('credit_note_not_owed', refundId, 'there is no invoice')),
    ...checkLines(requestedInvoices, snapshot),
    ...checkNumbers(requestedInvoices, snapshot),
  ];
};

/** The orders of the checkout at their amounts. Only refunded ones may be left out. */
const checkLines = (requested: readonly RequestedInvoice[], { orders }: Snapshot): Violation[] => {
  const ordersOf = groupBy(orders, ({ checkoutId }) => checkoutId);
  return requested.flatMap(({ checkoutId, lines }) => {
    const ofCheckout = ordersOf.get(checkoutId) ?? [];
    const amountOf = new Map(ofCheckout.map(({ id, amount }) => [id, amount]));
    const listed = new Set(lines.map(({ orderId }) => orderId));
    const isRight =
      listed.size === lines.length &&
      lines.every(({ orderId, amount }) => amountOf.get(orderId) === amount) &&
      ofCheckout.every(({ id, status }) => status === 'refunded' || listed.has(id));
    return isRight ? [] : [violation('invoice_request_wrong', checkoutId, JSON.stringify(lines))];
  });
};

/** The history of each order names the number, our books name it, and the service has no invoice that nobody owes. */
const checkNumbers = (
  requested: readonly RequestedInvoice[],
  { orders, history, refunds, invoiceAnswers }: Snapshot,
): Violation[] => {
  const orderOf = indexBy(orders, ({ id }) => id);
  const numberOf = new Map(requested.map(({ checkoutId, number }) => [checkoutId, number]));
  const invoiced = history.filter(({ state }) => state === 'invoiced');
  const owed = new Set(invoiced.map(({ orderId }) => orderOf.get(orderId)?.checkoutId));
  const answered = new Set(invoiceAnswers.map(({ checkoutId }) => checkoutId));
  // The service may have taken the request of a group that then left, was refused or was left out.
  const excused = new Set(
    [
      ...refunds.map(({ orderId }) => orderId ?? ''),
      ...history.filter((row) => skippedStepOf(row) === 'invoice').map(({ orderId }) => orderId),
      ...orders.filter(({ status }) => status === 'failed').map(({ id }) => id),
    ].map((id) => orderOf.get(id)?.checkoutId),
  );
  return [
    ...invoiced
      .filter(({ orderId, detail }) => numberOf.get(orderOf.get(orderId)?.checkoutId ?? '') !== detail)
      .map(({ orderId, detail }) =>
        violation('invoice_number_differs', orderId, `the service has no ${detail} for it`),
      ),
    ...[...owed]
      .filter((id) => !answered.has(id ?? ''))
      .map((id) => violation('invoice_answer_lost', String(id), 'a history names it, and our books do not')),
    ...invoiceAnswers
      .filter(({ checkoutId, number }) => numberOf.get(checkoutId) !== number)
      .map(({ checkoutId, number }) => violation('invoice_answer_differs', checkoutId, `it is ${number}`)),
    ...requested
      .filter(({ checkoutId }) => !owed.has(checkoutId) && !excused.has(checkoutId))
      .map(({ checkoutId }) => violation('invoice_not_owed', checkoutId, 'no history names it')),
  ];
};
