import { err, type Result } from 'neverthrow';
import {
  judgeRefund,
  planLateRefund,
  planUnknownChargeRefund,
  type RefundRequestSnapshot,
  refundFingerprint,
  refundTarget,
} from '../../../core/judgeRefund.ts';
import type { PaymentStatus } from '../../../core/payment.ts';
import {
  countedRefundStatuses,
  type Refund,
  type RefundCommand,
  type RefundFailure,
  type Refunds,
  type RefundVerdict,
  type UnknownCharge,
} from '../../../core/refund.ts';
import type { World } from '../../../core/world.ts';
import { storedResponseOf } from '../../stored/response.ts';
import { writeActivity } from '../activity/activity.ts';
import { inTransaction, type Sql, type Transaction } from '../connection.ts';
import { orUnavailable } from '../failures.ts';
import { type LockedOrder, stale, withLockedOrder } from '../orders/lock.ts';
import { statusList } from '../statuses.ts';
import { adoptRefunds, assignRefund } from './adopt.ts';
import { lockCharge } from './charge.ts';
import { endRefund, failAdopted } from './fail.ts';
import { find, findByKey, list, type RefundRow, refundOf } from './read.ts';
import { insertRefund, writeOrderChanges } from './write.ts';

export const createRefunds = (sql: Sql, world: World): Refunds => ({
  request: (command, nowMs) => request(sql, world, command, nowMs),
  refundLateCharge: (charge, nowMs) => inTransaction(sql, (tx) => refundLateCharge(tx, charge, nowMs)),
  refundUnknownCharge: (charge, nowMs) => inTransaction(sql, (tx) => refundUnknownCharge(tx, charge, nowMs)),
  findByKey: (key) => orUnavailable(() => findByKey(sql, key)),
  find: (refundId) => orUnavailable(() => find(sql, refundId)),
  list: (query) => orUnavailable(() => list(sql, query)),
  finish: (finished, nowMs) => endRefund(sql, finished, nowMs, world),
  adopt: (charge, nowMs) => adoptRefunds(sql, charge, nowMs, world),
  assign: (assignment, nowMs, by) => assignRefund(sql, assignment, nowMs, world, by),
  failAdopted: (reference, reason, nowMs) => failAdopted(sql, { reference, reason }, nowMs, world),
  runNow: (refundId, nowMs) =>
    orUnavailable(async () => {
      await sql`
        update task set run_ms = ${nowMs} where job_id = ${refundId} and state = 'ready' and run_ms > ${nowMs}`;
    }),
});

const request = async (
  sql: Sql,
  world: World,
  command: RefundCommand,
  nowMs: number,
): ReturnType<Refunds['request']> => {
  type Verdict = Result<RefundVerdict, RefundFailure>;
  let chargeId: string | null = null;
  const lockFirst = async (tx: Transaction) => {
    chargeId = await lockCharge(tx, command.orderId);
  };
  const work = async (tx: Transaction, locked: LockedOrder | null): Promise<Verdict | typeof stale> => {
    // A checkout has claimed the order since its charge was locked.
    if (locked !== null && locked.order.checkoutId !== chargeId) return stale;
    const verdict = judgeRefund(command, await readSnapshot(tx, command, locked), nowMs);
    if (verdict.isErr() || locked === null) return verdict;
    const { refund, changes } = verdict.value;
    if (changes === null) return verdict;
    const { key, taskId, traceparent } = command;
    const fingerprint = refundFingerprint(command);
    // A refund of another order has got the key in the meantime. The next try finds it.
    if (!(await insertRefund(tx, refund, { key, fingerprint, taskId, traceparent }))) return stale;
    await writeOrderChanges(tx, world, locked, changes, nowMs);
    await writeActivity(tx, command.command, 'refund.request', [refundTarget(refund)], nowMs);
    return verdict;
  };
  const judged = await withLockedOrder(sql, command.orderId, work, lockFirst);
  if (judged.isErr()) return err(judged.error);
  return judged.value.map(({ refund, replayed }) => ({ refund, replayed }));
};

const readSnapshot = async (
  tx: Transaction,
  { key, orderId }: RefundCommand,
  locked: LockedOrder | null,
): Promise<RefundRequestSnapshot> => {
  const paymentId = locked?.order.checkoutId ?? null;
  const counted = statusList(tx, countedRefundStatuses);
  const [[known], [sum]] = await Promise.all([
    tx<(RefundRow & { fingerprint: string })[]>`select * from refund where key = ${key}`,
    tx<{ refunded: number; charge_left: number | null }[]>`
      select
        (
          select coalesce(sum(amount), 0)::bigint from refund where order_id = ${orderId} and status in (${counted})
        ) as refunded,
        (
          select p.amount - (
            select coalesce(sum(amount), 0)::bigint from refund where payment_id = p.id and status in (${counted})
          ) from payment p where p.id = ${paymentId}
        ) as charge_left`,
  ]);
  return {
    known: known === undefined ? null : { refund: refundOf(known), fingerprint: known.fingerprint },
    order: locked?.order ?? null,
    refunded: sum?.refunded ?? 0,
    chargeLeft: sum?.charge_left ?? null,
  };
};

const refundUnknownCharge = async (
  tx: Transaction,
  charge: UnknownCharge,
  nowMs: number,
): Promise<Refund> => {
  const { refund, key, fingerprint } = planUnknownChargeRefund(charge, nowMs);
  const { taskId, reference, traceparent } = charge;
  const row = { key, fingerprint, taskId, chargeReference: reference, traceparent };
  if (await insertRefund(tx, refund, row)) {
    await writeActivity(tx, charge.command, 'case.refund', [refundTarget(refund)], nowMs);
    return refund;
  }
  const known = await findByKey(tx, key);
  if (known === null) throw new Error(`the refund of the charge ${reference} was not found`);
  return known;
};

type LateCharge = Parameters<Refunds['refundLateCharge']>[0];

const refundLateCharge = async (
  tx: Transaction,
  { refundId, taskId, paymentId, reference, reason, command, response, traceparent }: LateCharge,
  nowMs: number,
): Promise<boolean> => {
  const [row] = await tx<{ status: PaymentStatus; amount: number; currency: string }[]>`
    select status, amount, currency from payment where id = ${paymentId} for update`;
  if (row === undefined) return false;
  const { status, ...amount } = row;
  const late = planLateRefund({ id: paymentId, status, amount }, refundId, nowMs, reason);
  if (late === null) return false;
  const { paymentStatus, refund, key, fingerprint } = late;
  const [isNew] = await Promise.all([
    insertRefund(tx, refund, { key, fingerprint, taskId, traceparent }),
    tx`
      update payment set status = ${paymentStatus}, reference = ${reference}, updated_ms = ${nowMs},
        response = coalesce(response, ${JSON.stringify(storedResponseOf(response))}::text::json)
      where id = ${paymentId}`,
  ]);
  if (!isNew) throw new Error(`the late charge ${paymentId} already has a refund`);
  await writeActivity(tx, command, 'case.refund', [refundTarget(refund)], nowMs);
  return true;
};
