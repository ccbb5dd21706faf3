import { err, ok, type Result } from 'neverthrow';
import {
  judgeRefund,
  planUnknownChargeRefund,
  refundFingerprint,
  refundTarget,
} from '../../../core/judgeRefund.ts';
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
import { isOneOf } from '../../stored/statuses.ts';
import { createWriteActivity, type WriteActivity } from '../activity/activity.ts';
import type { Connection } from '../connection.ts';
import { createOrderLock, type OrderLock } from '../orders/lock.ts';
import { createAdoptedRefunds } from './adopt.ts';
import { createFinishRefund } from './finish.ts';
import { createRefundLateCharge } from './lateCharge.ts';
import { createFindRefund, createListRefunds, type RefundRow, refundOf, selectRefunds } from './read.ts';
import { createEndStranded } from './stranded.ts';
import {
  createInsertRefund,
  createWriteOrderChanges,
  type InsertRefund,
  type WriteOrderChanges,
} from './write.ts';

export const createRefunds = (connection: Connection, world: World): Refunds => {
  const { runStatement, client, read, write } = connection;
  const orders = createOrderLock(connection);
  const insert = createInsertRefund(connection);
  const writeOrderChanges = createWriteOrderChanges(connection, world, orders);
  const writeActivity = createWriteActivity(connection);
  const request = createRequestRefund(connection, orders, { insert, writeOrderChanges, writeActivity });
  const refundLateCharge = createRefundLateCharge(connection, insert, writeActivity);
  const findByKey = createFindByKey(client);
  const refundUnknownCharge = createRefundUnknownCharge(findByKey, insert, writeActivity);
  const find = createFindRefund(connection);
  const list = createListRefunds(client);
  const finish = createFinishRefund(connection, world, orders, writeOrderChanges);
  const endStranded = createEndStranded(connection, orders, writeOrderChanges);
  const adopted = createAdoptedRefunds(connection, world, orders, finish, endStranded, writeActivity);
  const runNow = client.prepare<[number, string, number]>(
    `update task set run_ms = ? where job_id = ? and state = 'ready' and run_ms > ?`,
  );
  return {
    request: async (command, nowMs) => write(() => request(command, nowMs)).andThen((outcome) => outcome),
    refundLateCharge: async (late, nowMs) => write(() => refundLateCharge(late, nowMs)),
    refundUnknownCharge: async (charge, nowMs) => write(() => refundUnknownCharge(charge, nowMs)),
    findByKey: async (key) => runStatement(() => findByKey(key)),
    find: async (refundId) => read(() => find(refundId)),
    list: async (query) => runStatement(() => list(query)),
    finish: async (refund, nowMs) => write(() => adopted.finish(refund, nowMs)),
    adopt: async (charge, nowMs) => write(() => adopted.adopt(charge, nowMs)),
    assign: async (assignment, nowMs, command) =>
      write(() => adopted.assign(assignment, nowMs, command)).andThen((outcome) => outcome),
    failAdopted: async (reference, reason, nowMs) =>
      write(() => adopted.failAdopted(reference, reason, nowMs)),
    runNow: async (refundId, nowMs) =>
      write(() => {
        runNow.run(nowMs, refundId, nowMs);
      }),
  };
};

const createFindByKey = (client: Connection['client']): ((key: string) => Refund | null) => {
  const byKey = client.prepare<[string], RefundRow>(`${selectRefunds} where r.key = ?`);
  return (key) => {
    const row = byKey.get(key);
    return row === undefined ? null : refundOf(row);
  };
};

/** See `Refunds.refundUnknownCharge`. Runs in the caller's transaction. */
const createRefundUnknownCharge =
  (findByKey: (key: string) => Refund | null, insert: InsertRefund, writeActivity: WriteActivity) =>
  (charge: UnknownCharge, nowMs: number): Refund => {
    const { refund, key, fingerprint } = planUnknownChargeRefund(charge, nowMs);
    const known = findByKey(key);
    if (known !== null) return known;
    const { taskId, reference: chargeReference, traceparent } = charge;
    insert(refund, { key, fingerprint, taskId, chargeReference, traceparent });
    writeActivity(charge.command, 'case.refund', [refundTarget(refund)], nowMs);
    return refund;
  };

type RequestResult = Result<Pick<RefundVerdict, 'refund' | 'replayed'>, RefundFailure>;
type Writers = {
  readonly insert: InsertRefund;
  readonly writeOrderChanges: WriteOrderChanges;
  readonly writeActivity: WriteActivity;
};

/** See `Refunds.request`. Runs in the caller's transaction. */
const createRequestRefund = (
  { client }: Connection,
  orders: OrderLock,
  { insert, writeOrderChanges, writeActivity }: Writers,
) => {
  const byKey = client.prepare<[string], RefundRow>(`${selectRefunds} where r.key = ?`);
  // The `+` keeps SQLite from using the index on status: an order has few refunds, a status many.
  const refundedOf = client
    .prepare<[string], number>(
      `select coalesce(sum(amount), 0) from refund
       where order_id = ? and ${isOneOf('+status', countedRefundStatuses)}`,
    )
    .pluck();
  const chargeLeftOf = client
    .prepare<[string], number>(
      `select p.amount - (
         select coalesce(sum(amount), 0) from refund
         where payment_id = p.id and ${isOneOf('+status', countedRefundStatuses)}
       ) from payment p where p.id = ?`,
    )
    .pluck();

  return (command: RefundCommand, nowMs: number): RequestResult => {
    const known = byKey.get(command.key);
    const locked = orders.read(command.orderId);
    const snapshot = {
      known: known === undefined ? null : { refund: refundOf(known), fingerprint: known.fingerprint },
      order: locked?.order ?? null,
      refunded: refundedOf.get(command.orderId) ?? 0,
      chargeLeft: chargeLeftOf.get(locked?.order.checkoutId ?? '') ?? null,
    };
    const verdict = judgeRefund(command, snapshot, nowMs);
    if (verdict.isErr()) return err(verdict.error);
    const { refund, replayed, changes } = verdict.value;
    if (changes !== null && locked !== null) {
      const { key, taskId, traceparent } = command;
      insert(refund, { key, taskId, traceparent, fingerprint: refundFingerprint(command) });
      writeOrderChanges(locked, changes, nowMs);
      writeActivity(command.command, 'refund.request', [refundTarget(refund)], nowMs);
    }
    return ok({ refund, replayed });
  };
};
