import { err, type Result } from 'neverthrow';
import { paymentStatusAfter, paymentStatusesBefore } from '../../core/payment.ts';
import { refund as pipeline } from '../../core/pipelines/refund.ts';
import {
  judgeRefund,
  lateKey,
  lateReason,
  type RefundCommand,
  type RefundFailure,
  type Refunds,
  type RefundVerdict,
  refundFingerprint,
} from '../../core/refund.ts';
import { keptOf } from '../answers.ts';
import { told } from '../refunds.ts';
import { inTransaction, type Sql, type Transaction } from './connection.ts';
import { answered } from './failures.ts';
import { queueJobs } from './jobs.ts';
import { holdingOrder, type LockedOrder, overtaken, tell } from './orderLock.ts';
import { find, list, type RefundRow, refundOf } from './refundReads.ts';
import { settle } from './refundSettle.ts';
import { statusList, statusText } from './statuses.ts';

export const refunds = (sql: Sql): Refunds => ({
  request: (command, nowMs) => request(sql, command, nowMs),
  returnLate: (late, nowMs) => inTransaction(sql, (tx) => returnLate(tx, late, nowMs)),
  find: (refundId) => answered(() => find(sql, refundId)),
  list: (query) => answered(() => list(sql, query)),
  settle: (settlement, nowMs) => settle(sql, settlement, nowMs),
  hasten: (refundId, nowMs) =>
    answered(async () => {
      await sql`
        update task set run_ms = ${nowMs} where job_id = ${refundId} and state = 'ready' and run_ms > ${nowMs}`;
    }),
  unfulfillable: (limit) =>
    answered(async () => {
      const rows = await sql<{ order_id: string }[]>`
        select order_id from task t
        where unfulfillable and not exists (select from refund r where r.order_id = t.order_id)
          and (select amount from orders where id = t.order_id) > 0
        order by order_id limit ${limit}`;
      return rows.map((row) => row.order_id);
    }),
});

const request = async (sql: Sql, command: RefundCommand, nowMs: number): ReturnType<Refunds['request']> => {
  type Judged = Result<RefundVerdict, RefundFailure>;
  const judged = await holdingOrder<Judged>(sql, command.orderId, async (tx, locked) => {
    const verdict = judgeRefund(command, await groundOf(tx, command, locked), nowMs);
    if (verdict.isErr() || verdict.value.replayed || locked === null) return verdict;
    const written = await write(tx, command, verdict.value, locked, nowMs);
    // The key was taken for another order meanwhile, and is there to be seen now.
    return written ? verdict : overtaken;
  });
  if (judged.isErr()) return err(judged.error);
  return judged.value.map(({ refund, replayed }) => ({ refund, replayed }));
};

const groundOf = async (tx: Transaction, { key, orderId }: RefundCommand, locked: LockedOrder | null) => {
  const [[known], [sum]] = await Promise.all([
    tx<(RefundRow & { fingerprint: string })[]>`select * from refund where key = ${key}`,
    tx<{ refunded: number }[]>`
      select coalesce(sum(amount), 0)::bigint as refunded from refund
      where order_id = ${orderId} and status <> 'failed'`,
  ]);
  return {
    known: known === undefined ? null : { refund: refundOf(known), fingerprint: known.fingerprint },
    order: locked?.order ?? null,
    refunded: sum?.refunded ?? 0,
  };
};

/** Answers whether the key was still free. */
const write = async (
  tx: Transaction,
  command: RefundCommand,
  { refund: { id, paymentId, amount, reason }, whole }: RefundVerdict,
  locked: LockedOrder,
  nowMs: number,
): Promise<boolean> => {
  const rows = await tx`
    insert into refund (id, key, fingerprint, order_id, payment_id, amount, currency, reason, status, created_ms, updated_ms)
    values (${id}, ${command.key}, ${refundFingerprint(command)}, ${locked.order.id}, ${paymentId},
      ${amount.amount}, ${amount.currency}, ${reason}, 'requested', ${nowMs}, ${nowMs})
    on conflict (key) do nothing
    returning id`;
  if (rows.length === 0) return false;
  await Promise.all([
    queueJobs(tx, pipeline, [{ taskId: command.taskId, jobId: id }], nowMs),
    tell(tx, locked, { state: 'refund_requested', detail: told.amount(amount) }, nowMs),
    whole && locked.taskId !== null && pause(tx, locked.taskId, id),
  ]);
  return true;
};

/** No worker takes it any more, nor may one that holds it go on. */
const pause = (tx: Transaction, taskId: string, refundId: string) => tx`
  update task set state = 'paused', lease = lease + 1, lease_until_ms = null,
    last_error = ${told.stopped(refundId)}
  where id = ${taskId}`;

const returnLate = async (
  tx: Transaction,
  { refundId, taskId, paymentId, reference, answer }: Parameters<Refunds['returnLate']>[0],
  nowMs: number,
): Promise<boolean> => {
  const rows = await tx`
    with returned as (
      update payment set status = ${statusText(tx, paymentStatusAfter.return)}, reference = ${reference},
        updated_ms = ${nowMs}, answer = coalesce(answer, ${JSON.stringify(keptOf(answer))}::text::jsonb)
      where id = ${paymentId} and status in (${statusList(tx, paymentStatusesBefore('return'))})
      returning id, amount, currency
    )
    insert into refund (id, key, fingerprint, payment_id, amount, currency, reason, status, created_ms, updated_ms)
    select ${refundId}::uuid, ${lateKey(paymentId)}::text, '', id, amount, currency, ${lateReason}::text, 'requested',
      ${nowMs}::bigint, ${nowMs}::bigint
    from returned
    returning id`;
  if (rows.length === 0) return false;
  await queueJobs(tx, pipeline, [{ taskId, jobId: refundId }], nowMs);
  return true;
};
