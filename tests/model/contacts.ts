import { err, ok } from 'neverthrow';
import {
  type Contacts,
  changesAddress,
  contactChangedState,
  ordersWithOneMail,
  planCorrection,
} from '../../core/contact.ts';
import { isAdoptedOrigin } from '../../core/refund.ts';
import { writeActivity } from './activity.ts';
import { appendHistory } from './history.ts';
import { namedTaskOf, writeChange } from './rescue.ts';
import { rowOf, runTransaction, type Tables } from './tables.ts';
import { newTask } from './transitions.ts';
import { taskOf } from './writeRefund.ts';

export const createContacts = (tables: Tables): Contacts => ({
  correct: async (correction, nowMs, command) => {
    const { orderId, email } = correction;
    const order = tables.orders.get(orderId)?.order;
    if (order === undefined) return err({ kind: 'not_found' });
    const all = [...tables.orders.values()].map((row) => row.order);
    const group = ordersWithOneMail(order, all).toSorted((one, other) => (one.id < other.id ? -1 : 1));
    return ok(
      runTransaction((writes) => {
        const orders = group.map((each) => ({
          ...{ order: each, email: rowOf(tables.orders, each.id).contact.email },
          hasTask: taskOf(tables, each.id) !== undefined,
        }));
        const refunds = [...tables.refunds.values()].filter(({ refund }) =>
          group.some(({ id }) => id === refund.orderId),
        );
        const refundTaskOf = (id: string) => [...tables.tasks.values()].find(({ jobId }) => jobId === id);
        const tasks = new Set([
          ...group.flatMap(({ id }) => taskOf(tables, id) ?? []),
          ...refunds.flatMap(({ refund }) => refundTaskOf(refund.id) ?? []),
        ]);
        const mailed = refunds.filter(
          ({ refund }) =>
            refund.status === 'succeeded' &&
            !isAdoptedOrigin(refund.origin) &&
            refundTaskOf(refund.id) === undefined,
        );
        const snapshot = {
          ...{ orders, tasks: [...tasks].map((task) => namedTaskOf(tables, task)) },
          mailedRefundIds: mailed.map(({ refund }) => refund.id).toSorted(),
        };
        const { changes, mails, targets } = planCorrection(snapshot, correction, nowMs);
        if (changesAddress(orders, email))
          for (const { id } of group) {
            const row = rowOf(tables.orders, id);
            writes.set(tables.orders, id, { ...row, contact: { ...row.contact, email } });
            appendHistory(tables, writes, id, { state: contactChangedState, detail: null }, nowMs);
          }
        for (const change of changes) writeChange(tables, writes, change, nowMs);
        for (const mail of mails) {
          const { id: taskId, pipeline, checkoutId } = mail;
          writes.set(tables.tasks, taskId, {
            ...newTask,
            ...mail,
            runAtMs: nowMs,
            traceparent: correction.traceparent,
          });
          if (checkoutId !== null && tables.invoiceIssuers.get(checkoutId)?.pipeline === pipeline)
            writes.set(tables.invoiceIssuers, checkoutId, { taskId, pipeline });
        }
        writeActivity(tables, writes, command, 'order.contact', targets, nowMs);
        return { orderIds: group.map(({ id }) => id), retried: changes.length, resent: mails.length };
      }),
    );
  },
});
