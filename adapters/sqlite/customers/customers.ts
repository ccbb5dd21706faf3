import { err, ok, type Result } from 'neverthrow';
import type { OperatorCommand } from '../../../core/activity.ts';
import { erasedContact, erasedDetail } from '../../../core/erasedContact.ts';
import {
  type Customers,
  type ErasedSlice,
  type ErasureSlice,
  isCancelledByErasure,
  namedOrdersMax,
  type OrderInProgress,
  openOrderStatus,
  planErasedMails,
} from '../../../core/erasure.ts';
import { orderStatusAfter, orderStatusesBefore } from '../../../core/order.ts';
import { isOneOf, quoted } from '../../stored/statuses.ts';
import { createWriteActivity } from '../activity/activity.ts';
import type { Connection } from '../connection.ts';
import { createOrderLock } from '../orders/lock.ts';
import { createReadNamedTasks, createWriteChange } from '../queue/rescue.ts';
import { firstPosition } from '../rowPositions.ts';
import { createEraseColumns } from './erase.ts';
import { createReadCustomerOrders } from './orders.ts';
import { createReadTargets } from './targets.ts';

export const createCustomers = (connection: Connection): Customers => {
  const { client, read, runStatement, write } = connection;
  const eraseSlice = createEraseSlice(connection);
  const readOrders = createReadCustomerOrders(connection);
  return {
    eraseSlice: async (slice, nowMs, command) => {
      // The bytes of what is deleted or replaced are overwritten in the file. Only here: it makes a write slower.
      client.pragma('secure_delete = on');
      const erased = write(() => eraseSlice(slice, nowMs, command)).andThen((result) => result);
      client.pragma('secure_delete = off');
      // The log still has the pages as they were. Readers of other processes may keep it from being emptied now.
      if (erased.isOk() && erased.value.next === null)
        runStatement(() => client.pragma('wal_checkpoint(truncate)'));
      return erased;
    },
    orders: async (query, nowMs) => read(() => readOrders(query, nowMs)),
  };
};

/** See `Customers.eraseSlice`. Runs in the caller's transaction. */
const createEraseSlice = (connection: Connection) => {
  const { client } = connection;
  const lock = createOrderLock(connection);
  const readTargets = createReadTargets(connection);
  const readNamedTasks = createReadNamedTasks(connection);
  const writeChange = createWriteChange(connection);
  const writeActivity = createWriteActivity(connection);
  const eraseColumns = createEraseColumns(connection);
  const open = client
    .prepare<[string, number], string>(
      `select id from orders where customer_id = ? and ${isOneOf('status', [openOrderStatus])}
       order by position limit ?`,
    )
    .pluck();
  const page = client.prepare<[object], { readonly id: string; readonly isLeft: number }>(
    `select id, email <> '${erasedContact.email}' or ${isOneOf('status', orderStatusesBefore('cancel'))} as isLeft
     from orders
     where customer_id = $customerId and position > coalesce((select position from orders where id = $after), ${firstPosition})
     order by position limit $limit`,
  );
  const cancel = client.prepare<[number, string]>(
    `update orders set status = ${quoted(orderStatusAfter.cancel)}, updated_ms = ? where id = ?`,
  );

  return (
    slice: ErasureSlice,
    nowMs: number,
    command: OperatorCommand | undefined,
  ): Result<ErasedSlice, OrderInProgress> => {
    const { customerId, after, limit } = slice;
    const orderIds = open.all(customerId, namedOrdersMax);
    if (orderIds.length > 0) return err({ kind: 'order_in_progress', orderIds });
    const rows = page.all(slice);
    const left = rows.filter(({ isLeft }) => isLeft === 1).map(({ id }) => id);
    for (const id of left) {
      const locked = lock.read(id);
      if (locked === null || !isCancelledByErasure(locked.order)) continue;
      cancel.run(nowMs, id);
      lock.appendHistory(locked, { state: orderStatusAfter.cancel, detail: erasedDetail }, nowMs);
    }
    const targets = readTargets(left);
    eraseColumns(customerId, targets);
    for (const change of planErasedMails(readNamedTasks(targets.tasks), nowMs)) writeChange(change, nowMs);
    if (after === null)
      writeActivity(command, 'customer.erase', [{ target: customerId, orderId: null, detail: null }], nowMs);
    return ok({ next: rows.length < limit ? null : (rows.at(-1)?.id ?? null) });
  };
};
