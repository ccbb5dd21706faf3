import { err, ok, type Result } from 'neverthrow';
import type { OperatorCommand } from '../../../core/activity.ts';
import {
  adoptedKey,
  judgeAssignment,
  planAdoption,
  type RefundPart,
  type StoredRefund,
} from '../../../core/adoptRefunds.ts';
import { refundTarget } from '../../../core/judgeRefund.ts';
import { type PaymentStatus, paymentStatusAfter } from '../../../core/payment.ts';
import {
  type AssignmentFailure,
  countedRefundStatuses,
  type Refund,
  type Refunds,
} from '../../../core/refund.ts';
import type { RefundChanges } from '../../../core/refundOutcome.ts';
import type { World } from '../../../core/world.ts';
import { writeActivity } from '../activity/activity.ts';
import { refundColumns } from '../columns.ts';
import type { Sql, Transaction } from '../connection.ts';
import { type LockedOrder, lock, stale, withLockedOrders } from '../orders/lock.ts';
import { statusList } from '../statuses.ts';
import { finishLocked, putBack } from './finish.ts';
import { type RefundRow, refundOf } from './read.ts';
import { endStranded } from './stranded.ts';

/**
 * See `Refunds.adopt`. Lock order: payment, then each order with its task, then what `putBack` says. The payment's lock
 * makes two adoptions of one charge wait for each other, so that a refund is adopted once.
 */
export const adoptRefunds = (
  sql: Sql,
  { paymentId, refunds, createId }: Parameters<Refunds['adopt']>[0],
  nowMs: number,
  world: World,
): ReturnType<Refunds['adopt']> =>
  withLockedOrders(
    sql,
    (tx) => lockPayment(tx, paymentId),
    async (tx, locked) => {
      const orders = locked.map(({ order }) => order).filter(({ checkoutId }) => checkoutId === paymentId);
      const stored = await readRefunds(tx, paymentId);
      const parts = planAdoption({ paymentId, orders, refunds: stored }, refunds, createId, nowMs);
      const written = await writeParts(tx, parts, nowMs, world);
      return written && (await endStranded(tx, world, locked, nowMs)) ? parts.length : stale;
    },
  );

/** Locks the payment and returns the ids of the orders that it has paid for. */
export const lockPayment = async (tx: Transaction, paymentId: string): Promise<readonly string[]> => {
  const [row] = await tx<{ status: PaymentStatus; order_ids: string[] }[]>`
    select p.status, (select order_ids from audit a where a.id = p.id) as order_ids
    from payment p where p.id = ${paymentId} for update of p`;
  return row?.status === paymentStatusAfter.succeed ? row.order_ids : [];
};

/** Locked, because one without an order can fail meanwhile, and a write of what was read would undo that. */
export const readRefunds = async (tx: Transaction, paymentId: string): Promise<readonly StoredRefund[]> => {
  const rows = await tx<(RefundRow & { reference: string | null })[]>`
    select ${refundColumns(tx, 'r')}, r.reference from refund r where payment_id = ${paymentId} order by id for update`;
  return rows.map((row) => ({ refund: refundOf(row), reference: row.reference }));
};

/** Returns false if the orders must be locked again. */
export const writeParts = async (
  tx: Transaction,
  parts: readonly RefundPart[],
  nowMs: number,
  world: World,
): Promise<boolean> => {
  const written: RefundChanges[] = [];
  for (const part of parts) {
    const { id, orderId } = part.refund;
    await (part.isNew ? insertPart(tx, part) : replacePart(tx, part));
    // An earlier part may have changed the same order.
    const order = orderId === null ? null : await lock(tx, orderId);
    if (order === stale) return false;
    const finished = await finishLocked(tx, { refundId: id, outcome: succeeded(part) }, order, nowMs, world);
    if (finished !== null) written.push(finished);
  }
  // The stock comes last, after the number of the last credit note.
  await putBack(tx, written);
  return true;
};

const succeeded = ({ reference }: RefundPart) => ({ kind: 'succeeded', reference }) as const;

const insertPart = (tx: Transaction, { refund, reference }: RefundPart): PromiseLike<unknown> => tx`
  insert into refund (id, key, fingerprint, order_id, payment_id, amount, currency, origin, reason, status,
    reference, created_ms, updated_ms)
  values (${refund.id}, ${adoptedKey(refund.id)}, '', ${refund.orderId}, ${refund.paymentId}, ${refund.amount.amount},
    ${refund.amount.currency}, ${refund.origin}, ${refund.reason}, ${refund.status}, ${reference},
    ${refund.createdAtMs}, ${refund.updatedAtMs})`;

const replacePart = (tx: Transaction, { refund }: RefundPart): PromiseLike<unknown> => tx`
  update refund set order_id = ${refund.orderId}, amount = ${refund.amount.amount}, status = ${refund.status}
  where id = ${refund.id}`;

/** See `Refunds.assign`. */
export const assignRefund = async (
  sql: Sql,
  { refundId, orderId, createId }: Parameters<Refunds['assign']>[0],
  nowMs: number,
  world: World,
  command?: OperatorCommand,
): ReturnType<Refunds['assign']> => {
  const judged = await withLockedOrders<Result<Refund, AssignmentFailure>>(
    sql,
    async (tx) => {
      await tx`select id from payment where id = (select payment_id from refund where id = ${refundId}) for update`;
      return [orderId];
    },
    async (tx, [locked]) => {
      const parts = judgeAssignment(await readAssignment(tx, refundId, locked ?? null), createId);
      if (parts.isErr()) return err(parts.error);
      if (!(await writeParts(tx, parts.value, nowMs, world))) return stale;
      if (locked !== undefined && !(await endStranded(tx, world, [locked], nowMs))) return stale;
      const [row] = await tx<
        RefundRow[]
      >`select ${refundColumns(tx, 'r')} from refund r where id = ${refundId}`;
      if (row === undefined) return err({ kind: 'not_found' });
      const refund = refundOf(row);
      await writeActivity(tx, command, 'refund.assign', [refundTarget(refund)], nowMs);
      return ok(refund);
    },
  );
  return judged.isErr() ? err(judged.error) : judged.value;
};

const readAssignment = async (
  tx: Transaction,
  refundId: string,
  locked: LockedOrder | null,
): Promise<Parameters<typeof judgeAssignment>[0]> => {
  const order = locked?.order ?? null;
  const [[row], [sum]] = await Promise.all([
    tx<(RefundRow & { reference: string | null })[]>`
      select ${refundColumns(tx, 'r')}, r.reference from refund r where id = ${refundId} for update`,
    tx<{ refunded: number }[]>`
      select coalesce(sum(amount), 0)::bigint as refunded from refund
      where order_id = ${order?.id ?? null} and status in (${statusList(tx, countedRefundStatuses)})`,
  ]);
  const stored = row === undefined ? null : { refund: refundOf(row), reference: row.reference };
  return { stored, order, refunded: sum?.refunded ?? 0 };
};
