import { ok, type Result } from 'neverthrow';
import {
  type ExpiredSlice,
  expiredDetail,
  type Orders,
  orderStatusAfter,
  orderStatusesBefore,
} from '../../../core/order.ts';
import type { Unavailable } from '../../../core/result.ts';
import { isOneOf } from '../../stored/statuses.ts';
import type { Connection } from '../connection.ts';
import { createAppendHistory } from './history.ts';

type Query = Parameters<Orders['cancelExpired']>[0];
type ExpiredOrder = { readonly id: string; readonly seq: number };

/** See `Orders.cancelExpired`. The write lock keeps other processes out. */
export const createCancelExpired = ({ client, runStatement, write }: Connection) => {
  const appendHistory = createAppendHistory(client);
  // The released column of a sweep is called `walk`.
  const passed = client
    .prepare<[number], number>('select passed_ms from order_expiry where walk = ?')
    .pluck();
  const pass = client.prepare<[number, number]>(
    'insert into order_expiry (walk, passed_ms) values (?, ?) on conflict do update set passed_ms = excluded.passed_ms',
  );
  const anyToPass = client.prepare<[number, number]>(
    'select 1 from orders where expires_ms > ? and expires_ms <= ? limit 1',
  );
  // Orders with an equal time are in one slice.
  const lastOfSlice = client
    .prepare<[number, number, number], number>(
      `select expires_ms from orders where expires_ms > ? and expires_ms <= ?
       order by expires_ms limit 1 offset ?`,
    )
    .pluck();
  const expired = client.prepare<[number, number], ExpiredOrder>(
    `select id, seq from orders
     where expires_ms > ? and expires_ms <= ? and ${isOneOf('status', orderStatusesBefore('cancel'))}`,
  );
  const update = client.prepare<[string, number, number, string]>(
    'update orders set status = ?, seq = ?, updated_ms = ? where id = ?',
  );

  const cancelSlice = ({ sweep, untilMs, nowMs, limit }: Query): ExpiredSlice => {
    const passedMs = passed.get(sweep) ?? 0;
    const lastMs = lastOfSlice.get(passedMs, untilMs, limit - 1);
    const toMs = lastMs ?? untilMs;
    const orders = expired.all(passedMs, toMs);
    const state = orderStatusAfter.cancel;
    for (const { id, seq } of orders) {
      update.run(state, seq + 1, nowMs, id);
      appendHistory(id, { seq: seq + 1, state, detail: expiredDetail }, nowMs);
    }
    // Another process may have passed this time since it was read without the lock.
    if (toMs > passedMs) pass.run(sweep, toMs);
    return { cancelled: orders.length, more: lastMs !== undefined };
  };

  return (query: Query): Result<ExpiredSlice, Unavailable> => {
    // Checked without the write lock first, because usually there is nothing to do.
    const isAny = runStatement(
      () => anyToPass.get(passed.get(query.sweep) ?? 0, query.untilMs) !== undefined,
    );
    return isAny.andThen((any) =>
      any ? write(() => cancelSlice(query)) : ok({ cancelled: 0, more: false }),
    );
  };
};
