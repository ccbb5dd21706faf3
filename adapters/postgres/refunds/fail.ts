import { err, ok } from 'neverthrow';
import { planRedistribution, redistributedReason } from '../../../core/redistributeRefunds.ts';
import { adoptedOrigins, type Refunds } from '../../../core/refund.ts';
import type { AsyncResult } from '../../../core/result.ts';
import type { World } from '../../../core/world.ts';
import type { Sql, Transaction } from '../connection.ts';
import { orUnavailable } from '../failures.ts';
import { type LockedOrder, lock, stale, withLockedOrders } from '../orders/lock.ts';
import { lockPayment, readRefunds, writeParts } from './adopt.ts';
import { finishLocked, finishRefund } from './finish.ts';
import { endStranded } from './stranded.ts';

/** See `Refunds.finish`. */
export const endRefund = async (
  sql: Sql,
  finished: Parameters<Refunds['finish']>[0],
  nowMs: number,
  world: World,
): ReturnType<Refunds['finish']> => {
  const { refundId, outcome } = finished;
  if (outcome.kind === 'succeeded') return finishRefund(sql, finished, nowMs, world);
  const found = await orUnavailable(
    () => sql<{ payment_id: string }[]>`
      select payment_id from refund where id = ${refundId} and payment_id is not null`,
  );
  if (found.isErr()) return err(found.error);
  const [refund] = found.value;
  if (refund === undefined) return finishRefund(sql, finished, nowMs, world);
  const readIds = async () => [refundId];
  const failed = await failRefunds(sql, refund.payment_id, { readIds, reason: outcome.reason }, nowMs, world);
  return failed.map((count) => count > 0);
};

/** See `Refunds.failAdopted`. */
export const failAdopted = async (
  sql: Sql,
  { reference, reason }: { readonly reference: string; readonly reason: string },
  nowMs: number,
  world: World,
): ReturnType<Refunds['failAdopted']> => {
  const adopted = (db: Sql | Transaction) =>
    db`refund where reference = ${reference} and origin = any(${[...adoptedOrigins]})`;
  const found = await orUnavailable(
    () => sql<{ payment_id: string }[]>`select distinct payment_id from ${adopted(sql)} order by payment_id`,
  );
  if (found.isErr()) return err(found.error);
  const readIds = async (tx: Transaction) => {
    const rows = await tx<{ id: string }[]>`select id from ${adopted(tx)} order by id`;
    return rows.map(({ id }) => id);
  };
  let count = 0;
  for (const { payment_id } of found.value) {
    const failed = await failRefunds(sql, payment_id, { readIds, reason }, nowMs, world);
    if (failed.isErr()) return err(failed.error);
    count += failed.value;
  }
  return ok(count);
};

/**
 * All of these fail before anything is shared out again, in one transaction. Returns how many of them failed. They may
 * leave too much at another order, so all orders of the charge are locked, as an adoption locks them.
 */
const failRefunds = (
  sql: Sql,
  paymentId: string,
  {
    readIds,
    reason,
  }: { readonly readIds: (tx: Transaction) => Promise<readonly string[]>; readonly reason: string },
  nowMs: number,
  world: World,
): AsyncResult<number> =>
  withLockedOrders(
    sql,
    (tx) => lockPayment(tx, paymentId),
    async (tx, locked) => {
      const failed = await failEach(tx, await readIds(tx), reason, nowMs, world);
      if (failed === stale || failed === 0) return failed;
      const orders = ordersOf(locked, paymentId);
      const refunds = await readRefunds(tx, paymentId);
      const { replaced, parts } = planRedistribution({ orders, refunds }, () => world.ids.next(nowMs), nowMs);
      if ((await failEach(tx, replaced, redistributedReason, nowMs, world)) === stale) return stale;
      const written = await writeParts(tx, parts, nowMs, world);
      return written && (await endStranded(tx, world, locked, nowMs)) ? failed : stale;
    },
  );

const ordersOf = (locked: readonly LockedOrder[], paymentId: string) =>
  locked.map(({ order }) => order).filter(({ checkoutId }) => checkoutId === paymentId);

/** Each order is read again, because an earlier refund may have changed it. */
const failEach = async (
  tx: Transaction,
  ids: readonly string[],
  reason: string,
  nowMs: number,
  world: World,
): Promise<number | typeof stale> => {
  let failed = 0;
  for (const refundId of ids) {
    const [refund] = await tx<{ order_id: string | null }[]>`
      select order_id from refund where id = ${refundId}`;
    if (refund === undefined) continue;
    const order = refund.order_id === null ? null : await lock(tx, refund.order_id);
    if (order === stale) return stale;
    if (order === null && refund.order_id !== null)
      throw new Error(`the order of the refund ${refundId} does not exist`);
    const outcome = { kind: 'failed', reason } as const;
    if ((await finishLocked(tx, { refundId, outcome }, order, nowMs, world)) !== null) failed++;
  }
  return failed;
};
