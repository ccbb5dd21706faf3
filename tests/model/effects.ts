import type { Calendar } from '../../core/calendar.ts';
import { creditsOf, refundsToCredit } from '../../core/creditNotes.ts';
import { typeOfGroup } from '../../core/group.ts';
import {
  type Invoice,
  type InvoiceCredit,
  invoiceContent,
  invoiceNumber,
  type Shop,
} from '../../core/invoice.ts';
import { licenceKey } from '../../core/licence.ts';
import { needsSlices, sliceLicences, wholeSlice } from '../../core/licenceSlice.ts';
import type { Effect } from '../../core/pipelines/pipeline.ts';
import type { LockedTask } from '../../core/queue.ts';
import type { EffectOutcome } from '../../core/steps.ts';
import type { Random } from '../../core/world.ts';
import { rowOf, type Tables, type Writes } from './tables.ts';

/** What an effect needs. It writes in the transaction of `writes`. */
export type EffectContext = {
  readonly tables: Tables;
  readonly writes: Writes;
  readonly random: Random;
  readonly calendar: Calendar;
  readonly shop: Shop;
  readonly nowMs: number;
};

/** Runs an effect for a batch of groups. It has an entry for each effect of core. */
export const effects: Readonly<
  Record<Effect, (tasks: readonly LockedTask[], context: EffectContext) => readonly EffectOutcome[]>
> = {
  book_places: (tasks) => tasks.map(({ id }) => ({ taskId: id, kind: 'done', detail: null })),

  issue_licences: (tasks, { tables, writes, random }) =>
    tasks.map((task) => {
      const { orders, kind } = needsSlices(task)
        ? sliceLicences(task, (orderId) => tables.licences.get(orderId) !== undefined)
        : wholeSlice(task);
      for (const { order } of orders) {
        if (tables.licences.get(order.id) !== undefined) continue;
        const keys = Array.from({ length: order.quantity }, () => licenceKey(random));
        writes.set(tables.licences, order.id, keys);
      }
      return { taskId: task.id, kind, detail: null };
    }),

  issue_invoice: (tasks, { tables, writes, calendar, shop, nowMs }) => {
    const year = calendar.yearOf(nowMs);
    return tasks.map(({ id, checkoutId, orders: group }) => {
      const known = tables.invoices.get(checkoutId);
      if (known !== undefined) return { taskId: id, kind: 'done', detail: known.number };
      const sequence = (tables.invoiceCounters.get(year) ?? 0) + 1;
      const number = invoiceNumber(year, sequence);
      writes.set(tables.invoiceCounters, year, sequence);
      const orders = rowOf(tables.audits, checkoutId).orderIds.map((orderId) =>
        rowOf(tables.orders, orderId),
      );
      writes.set(tables.invoiceIssuers, checkoutId, { taskId: id, pipeline: typeOfGroup(group) });
      const invoice = { ...invoiceContent(orders, shop), number, issuedAtMs: nowMs, checkoutId };
      const credits = issueEarlierCredits(tables, writes, invoice, year);
      writes.set(tables.invoices, checkoutId, credits.length === 0 ? invoice : { ...invoice, credits });
      return { taskId: id, kind: 'done', detail: number };
    });
  },

  request_shipment: (tasks, { tables, writes, nowMs }) =>
    tasks.map(({ id, orders }) => {
      for (const { order } of orders) writes.set(tables.shipments, order.id, nowMs);
      return { taskId: id, kind: 'done', detail: null };
    }),
};

/** The credit notes of refunds that succeeded before the invoice. */
const issueEarlierCredits = (
  tables: Tables,
  writes: Writes,
  invoice: Invoice,
  year: number,
): readonly InvoiceCredit[] => {
  const refunds = [...tables.refunds.values()].map(({ refund }) => ({
    ...refund,
    hasCreditNote: refund.creditNote !== null,
  }));
  const last = tables.creditNoteCounters.get(year) ?? 0;
  const issued = creditsOf(invoice, refundsToCredit(invoice.lines, refunds), year, last);
  if (issued.length > 0) writes.set(tables.creditNoteCounters, year, last + issued.length);
  for (const { refundId, creditedLine, credit } of issued) {
    const row = rowOf(tables.refunds, refundId);
    writes.set(tables.refunds, refundId, {
      ...row,
      refund: { ...row.refund, creditNote: credit.number, creditedLine },
    });
  }
  return issued.map(({ credit }) => credit);
};
