import { err, ok, type Result } from 'neverthrow';
import {
  judgeRefund,
  type RefundCommand,
  type RefundFailure,
  type Refunds,
  type RefundVerdict,
  refundFingerprint,
} from '../../core/refund.ts';
import { told } from '../refunds.ts';
import type { Connection } from './connection.ts';
import { lateReturning } from './lateMoney.ts';
import { type LockedOrder, type OrderLock, orderLock } from './orderLock.ts';
import { type RefundRow, refundFinding, refundListing, refundOf, selectRefunds } from './refundReads.ts';
import { settling } from './refundSettle.ts';
import { type InsertRefund, refundInserting } from './refundWrite.ts';

export const refunds = (connection: Connection): Refunds => {
  const { ask, client, read, write } = connection;
  const orders = orderLock(connection);
  const insert = refundInserting(connection);
  const request = requesting(connection, orders, insert);
  const returnLate = lateReturning(connection, insert);
  const find = refundFinding(connection);
  const list = refundListing(client);
  const settle = settling(connection, orders);
  const hasten = client.prepare<[number, string, number]>(
    `update task set run_ms = ? where job_id = ? and state = 'ready' and run_ms > ?`,
  );
  const unfulfillable = client
    .prepare<[number], string>(
      `select t.order_id from task t
       where t.unfulfillable = 1 and not exists (select 1 from refund r where r.order_id = t.order_id)
         and (select amount from orders where id = t.order_id) > 0
       order by t.order_id limit ?`,
    )
    .pluck();
  return {
    request: async (command, nowMs) => write(() => request(command, nowMs)).andThen((outcome) => outcome),
    returnLate: async (late, nowMs) => write(() => returnLate(late, nowMs)),
    find: async (refundId) => read(() => find(refundId)),
    list: async (query) => ask(() => list(query)),
    settle: async (settlement, nowMs) => write(() => settle(settlement, nowMs)),
    hasten: async (refundId, nowMs) =>
      write(() => {
        hasten.run(nowMs, refundId, nowMs);
      }),
    unfulfillable: async (limit) => ask(() => unfulfillable.all(limit)),
  };
};

type Answer = Result<Pick<RefundVerdict, 'refund' | 'replayed'>, RefundFailure>;

const requesting = (connection: Connection, orders: OrderLock, insert: InsertRefund) => {
  const { client } = connection;
  const byKey = client.prepare<[string], RefundRow>(`${selectRefunds} where r.key = ?`);
  const refundedOf = client
    .prepare<[string], number>(
      `select coalesce(sum(amount), 0) from refund where order_id = ? and status <> 'failed'`,
    )
    .pluck();
  const pause = client.prepare<[string, string]>(
    `update task set state = 'paused', lease = lease + 1, lease_until_ms = null, last_error = ? where id = ?`,
  );

  const write = (
    command: RefundCommand,
    { refund, whole }: RefundVerdict,
    held: LockedOrder,
    nowMs: number,
  ): void => {
    const { key, taskId } = command;
    insert(refund, { key, taskId, fingerprint: refundFingerprint(command), nowMs });
    orders.tell(held, { state: 'refund_requested', detail: told.amount(refund.amount) }, nowMs);
    // No worker takes the order's task any more, nor may one that holds it go on.
    if (whole && held.taskId !== null) pause.run(told.stopped(refund.id), held.taskId);
  };

  return (command: RefundCommand, nowMs: number): Answer => {
    const known = byKey.get(command.key);
    const held = orders.read(command.orderId);
    const ground = {
      known: known === undefined ? null : { refund: refundOf(known), fingerprint: known.fingerprint },
      order: held?.order ?? null,
      refunded: refundedOf.get(command.orderId) ?? 0,
    };
    const verdict = judgeRefund(command, ground, nowMs);
    if (verdict.isErr()) return err(verdict.error);
    const { refund, replayed } = verdict.value;
    if (!replayed && held !== null) write(command, verdict.value, held, nowMs);
    return ok({ refund, replayed });
  };
};
