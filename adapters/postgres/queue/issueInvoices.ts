import { typeOfGroup } from '../../../core/group.ts';
import { invoiceContent, invoiceNumber } from '../../../core/invoice.ts';
import { contactColumns, orderColumns } from '../columns.ts';
import type { Transaction } from '../connection.ts';
import { type ContactRow, contactOf, type OrderRow, orderOf } from '../rows.ts';
import { creditEarlierRefunds, type EarlierRefundRow } from './creditNotes.ts';
import type { RunEffect } from './runEffect.ts';

/**
 * Issues the invoice of each checkout, unless another of its groups has. The row of the year's counter is locked first
 * and until the commit. So no number is lost, and the second group of a checkout sees what the first one has issued.
 *
 * The first two statements are sent together: the second one begins when the first has the lock.
 */
export const issueInvoices: RunEffect = async (tx, tasks, { calendar, shop }, nowMs) => {
  const year = calendar.yearOf(nowMs);
  const [[counter], checkouts] = await Promise.all([
    tx<{ last: number }[]>`
      insert into invoice_counter (year, last) values (${year}, 0)
      on conflict (year) do update set last = invoice_counter.last
      returning last`.execute(),
    tx<CheckoutRow[]>`
      select a.id, i.year, i.sequence, case when cardinality(a.order_ids) > 1 then a.order_ids end as order_ids
      from audit a left join invoice i on i.checkout_id = a.id
      where a.id = any(${[...new Set(tasks.map(({ checkoutId }) => checkoutId))]}::uuid[])
      order by a.id`,
  ]);
  const taskOf = new Map(tasks.map((task) => [task.checkoutId, task]));
  const orderOfId = await readOrders(tx, tasks, checkouts.filter(isNotInvoiced));
  const last = counter?.last ?? 0;
  const issued = checkouts.filter(isNotInvoiced).flatMap(({ id, order_ids }, index) => {
    const task = taskOf.get(id);
    if (task === undefined) return [];
    const orders = order_ids?.flatMap((orderId) => orderOfId.get(orderId) ?? []) ?? task.orders;
    const sequence = last + index + 1;
    const number = invoiceNumber(year, sequence);
    return [{ checkoutId: id, task, sequence, number, content: invoiceContent(orders, shop) }];
  });
  if (issued.length > 0) {
    // The orders are held by now, so this statement sees each refund that is not decided after the invoice.
    const refunds = await tx<EarlierRefundRow[]>`
      with new as materialized (
        select * from unnest(
          ${issued.map(({ checkoutId }) => checkoutId)}::uuid[],
          ${issued.map(({ task }) => task.id)}::uuid[],
          ${issued.map(({ task }) => typeOfGroup(task.orders))}::text[],
          ${issued.map((row) => row.sequence)}::integer[],
          ${issued.map(({ content }) => JSON.stringify(content))}::text[]
        ) as n(checkout_id, task_id, pipeline, sequence, content)
      ), issued as (
        insert into invoice (year, sequence, checkout_id, task_id, pipeline, issued_ms, content)
        select ${year}::integer, sequence, checkout_id, task_id, pipeline, ${nowMs}::bigint, content::json from new
      ), counted as (
        update invoice_counter set last = ${last + issued.length} where year = ${year}
      )
      select r.id, r.order_id, r.amount, r.currency, r.origin, r.status,
        r.credit_note_year is not null as has_credit_note
      from new join refund r on r.payment_id = new.checkout_id`;
    if (refunds.length > 0) await creditEarlierRefunds(tx, issued, refunds, year);
  }

  const numberOf = new Map([
    ...checkouts.flatMap((row) =>
      row.year === null || row.sequence === null
        ? []
        : [[row.id, invoiceNumber(row.year, row.sequence)] as const],
    ),
    ...issued.map((row) => [row.checkoutId, row.number] as const),
  ]);
  return tasks.map(({ id, checkoutId }) => ({
    taskId: id,
    kind: 'done',
    detail: numberOf.get(checkoutId) ?? null,
  }));
};

type CheckoutRow = {
  readonly id: string;
  /** Null if the checkout has only one order: then it is in the batch. */
  readonly order_ids: readonly string[] | null;
  readonly year: number | null;
  readonly sequence: number | null;
};

const isNotInvoiced = ({ sequence }: CheckoutRow): boolean => sequence === null;

type InvoicedOrder = Parameters<typeof invoiceContent>[0][number];

/**
 * All orders of the checkouts with several orders. Those of the batch are locked with their tasks. The others are locked
 * here: a refund that ends at the same time either gets its credit note with the invoice or after it, or leaves its order
 * out.
 */
const readOrders = async (
  tx: Transaction,
  tasks: Parameters<RunEffect>[1],
  checkouts: readonly CheckoutRow[],
): Promise<ReadonlyMap<string, InvoicedOrder>> => {
  const orderIds = checkouts.flatMap(({ order_ids }) => order_ids ?? []);
  if (orderIds.length === 0) return new Map();
  const known = new Map<string, InvoicedOrder>(
    tasks.flatMap(({ orders }) => orders.map((each) => [each.order.id, each] as const)),
  );
  const others = orderIds.filter((id) => !known.has(id));
  if (others.length === 0) return known;
  const rows = await tx<(OrderRow & ContactRow)[]>`
    select ${orderColumns(tx, 'o')}, ${contactColumns(tx, 'o')} from orders o
    where o.id = any(${others}::uuid[]) order by o.id for share`;
  for (const row of rows) known.set(row.id, { order: orderOf(row), contact: contactOf(row) });
  return known;
};
