import { err, ok } from 'neverthrow';
import { erasedDetail } from '../../../core/erasedContact.ts';
import {
  type Customers,
  type ErasureSlice,
  isCancelledByErasure,
  namedOrdersMax,
  openOrderStatus,
  planErasedMails,
} from '../../../core/erasure.ts';
import { firstId } from '../../../core/id.ts';
import { orderStatusAfter, orderStatusesBefore } from '../../../core/order.ts';
import type { NamedTask } from '../../../core/rescue.ts';
import { writeActivity } from '../activity/activity.ts';
import type { Sql, Transaction } from '../connection.ts';
import { orUnavailable } from '../failures.ts';
import { appendHistory, type LockedOrder, withLockedOrders } from '../orders/lock.ts';
import { lockNamedTasks, writeChanges } from '../queue/rescue.ts';
import { statusList, statusText } from '../statuses.ts';
import { eraseColumns } from './erase.ts';
import { readCustomerOrders } from './orders.ts';
import { readTargets } from './targets.ts';

export const createCustomers = (sql: Sql): Customers => ({
  eraseSlice: async (slice, nowMs, command) => {
    const { customerId, after, limit } = slice;
    let page: readonly PageRow[] = [];
    let open: readonly string[] = [];
    const erased = await withLockedOrders(
      sql,
      async (tx) => {
        open = await readOpen(tx, customerId);
        page = open.length > 0 ? [] : await readPage(tx, slice);
        return page.filter(({ is_left }) => is_left).map(({ id }) => id);
      },
      async (tx, all) => {
        const locked = await keepLeft(tx, all);
        // A checkout may have claimed one since the ids were read.
        const claimed = locked.filter(({ order }) => order.status === openOrderStatus);
        const orderIds = [...open, ...claimed.map(({ order }) => order.id)];
        if (orderIds.length > 0) return err({ kind: 'order_in_progress' as const, orderIds });
        await cancelPending(tx, locked, nowMs);
        const targets = await readTargets(
          tx,
          locked.map(({ order }) => order.id),
        );
        await eraseColumns(tx, customerId, targets);
        const own = new Set(locked.flatMap(({ task }) => task?.id ?? []));
        const tasks = [
          ...(await lockNamedTasks(tx, [...own])),
          ...(await lockFreeTasks(
            tx,
            targets.tasks.filter((id) => !own.has(id)),
          )),
        ];
        await writeChanges(tx, planErasedMails(tasks, nowMs), nowMs);
        const target = { target: customerId, orderId: null, detail: null };
        if (after === null) await writeActivity(tx, command, 'customer.erase', [target], nowMs);
        return ok({ next: page.length < limit ? null : (page.at(-1)?.id ?? null) });
      },
    );
    return erased.isErr() ? err(erased.error) : erased.value;
  },
  orders: (query, nowMs) => orUnavailable(() => readCustomerOrders(sql, query, nowMs)),
});

type PageRow = { readonly id: string; readonly is_left: boolean };

/** `order_search` has the index by customer. */
const readPage = (tx: Transaction, { customerId, after, limit }: ErasureSlice): Promise<PageRow[]> => tx<
  PageRow[]
>`
  select o.id, ${isLeft(tx, 'o')} as is_left
  from order_search s join orders o on o.id = s.order_id
  where s.customer_id = ${customerId} and s.order_id > ${after ?? firstId}
  order by s.order_id limit ${limit}`;

/** Another erasure of the same customer may have been here since the ids were read. */
const keepLeft = async (tx: Transaction, locked: readonly LockedOrder[]): Promise<readonly LockedOrder[]> => {
  const ids = locked.map(({ order }) => order.id);
  const left = await tx<{ id: string }[]>`
    select id from orders where id = any(${ids}::uuid[]) and ${isLeft(tx, 'orders')}`;
  return locked.filter(({ order }) => left.some(({ id }) => id === order.id));
};

/** The erasure has something to do. */
const isLeft = (tx: Transaction, table: string) => tx`
  (${tx(table)}.email <> '' or ${tx(table)}.status in (${statusList(tx, orderStatusesBefore('cancel'))}))`;

const readOpen = async (tx: Transaction, customerId: string): Promise<readonly string[]> => {
  const rows = await tx<{ id: string }[]>`
    select o.id from order_search s join orders o on o.id = s.order_id
    where s.customer_id = ${customerId} and o.status = ${statusText(tx, openOrderStatus)}
    order by s.order_id limit ${namedOrdersMax}`;
  return rows.map(({ id }) => id);
};

const cancelPending = async (
  tx: Transaction,
  locked: readonly LockedOrder[],
  nowMs: number,
): Promise<void> => {
  const cancelled = orderStatusAfter.cancel;
  for (const each of locked) {
    if (!isCancelledByErasure(each.order)) continue;
    await tx`
      update orders set status = ${statusText(tx, cancelled)}, updated_ms = ${nowMs} where id = ${each.order.id}`;
    await appendHistory(tx, each, [{ state: cancelled, detail: erasedDetail }], nowMs).written;
  }
};

/** A transaction that holds one of them may wait for an order of ours. The pipeline leaves the mail out by itself. */
const lockFreeTasks = (tx: Transaction, taskIds: readonly string[]): Promise<NamedTask[]> => tx<NamedTask[]>`
  select id, pipeline, step, state, attempts, crashes, lease, order_ids as "orderIds", seqs,
    run_ms as "runAtMs", last_error as "lastError"
  from task where id = any(${taskIds as string[]}::uuid[]) order by id for update skip locked`;
