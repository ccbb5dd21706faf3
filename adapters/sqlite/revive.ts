import type { Result } from 'neverthrow';
import { nextStatus, type OrderEvent, type OrderStatus } from '../../core/order.ts';
import type { Queue } from '../../core/queue.ts';
import type { Unavailable } from '../../core/result.ts';
import type { Connection } from './connection.ts';
import { telling } from './history.ts';

type Row = {
  readonly id: string;
  /** Null for a job, which has no order to move. */
  readonly orderId: string | null;
  readonly step: string;
  readonly crashes: number;
  readonly seq: number;
};

const columns = 'id, order_id as orderId, step, crashes, seq';

/** See `Queue.rescue`. */
export const rescuing = (connection: Connection) => {
  const { ask, client, write } = connection;
  const moveOrder = orderMoving(connection);
  const expired = client.prepare<[number, number], Row>(
    `select ${columns} from task where state = 'running' and lease_until_ms <= ? order by lease_until_ms limit ?`,
  );
  const revive = client.prepare<[number, number, string, string]>(
    `update task set state = 'ready', lease = lease + 1, lease_until_ms = null, run_ms = ?, crashes = ?,
       last_error = ?
     where id = ?`,
  );
  const fail = client.prepare<[number, number, string, string]>(
    `update task set state = 'failed', lease = lease + 1, lease_until_ms = null, seq = ?, crashes = ?,
       last_error = ?
     where id = ?`,
  );

  const rescue = (
    { id, orderId, step, crashes: before, seq }: Row,
    crashesMax: number,
    nowMs: number,
  ): void => {
    const crashes = before + 1;
    const error = `a worker stopped or hung at ${step} (${crashes} times)`;
    if (crashes < crashesMax) {
      revive.run(nowMs, crashes, error, id);
    } else if (orderId === null) {
      fail.run(seq, crashes, error, id);
    } else {
      fail.run(seq + 1, crashes, error, id);
      moveOrder(orderId, 'fail', { seq: seq + 1, state: 'failed', detail: error }, nowMs);
    }
  };

  return ({ nowMs, crashesMax, limit }: Parameters<Queue['rescue']>[0]): Result<number, Unavailable> => {
    // Asked before the lock is taken: mostly there is nothing to do.
    const isAny = ask(() => expired.get(nowMs, 1) !== undefined);
    if (isAny.isErr() || !isAny.value) return isAny.map(() => 0);
    return write(() => {
      const rows = expired.all(nowMs, limit);
      for (const row of rows) rescue(row, crashesMax, nowMs);
      return rows.length;
    });
  };
};

/** See `Queue.retry`. Inside the caller's transaction. */
export const retrying = (connection: Connection) => {
  const { client } = connection;
  const moveOrder = orderMoving(connection);
  const failed = client.prepare<[string], Row>(
    `select ${columns} from task where id = ? and state = 'failed'`,
  );
  const restart = client.prepare<[number, number, string]>(
    `update task set state = 'ready', run_ms = ?, seq = ?, attempts = 0, crashes = 0, last_error = null,
       unfulfillable = 0
     where id = ?`,
  );

  return (taskIds: readonly string[], nowMs: number): number => {
    let retried = 0;
    for (const taskId of taskIds) {
      const row = failed.get(taskId);
      if (row === undefined) continue;
      const { orderId } = row;
      const seq = orderId === null ? row.seq : row.seq + 1;
      restart.run(nowMs, seq, taskId);
      if (orderId !== null) moveOrder(orderId, 'retry', { seq, state: 'retried', detail: null }, nowMs);
      retried++;
    }
    return retried;
  };
};

/** Moves an order along an edge of its life, and says so in its history. */
const orderMoving = ({ client }: Connection) => {
  const tell = telling(client);
  const statusOf = client.prepare<[string], OrderStatus>('select status from orders where id = ?').pluck();
  const update = client.prepare<[OrderStatus, number, number, string]>(
    'update orders set status = ?, seq = ?, updated_ms = ? where id = ?',
  );
  return (
    orderId: string,
    event: OrderEvent,
    row: { readonly seq: number; readonly state: string; readonly detail: string | null },
    nowMs: number,
  ): void => {
    const before = statusOf.get(orderId);
    const status = before === undefined ? null : nextStatus(before, event);
    if (status === null) throw new Error(`the order ${orderId} is ${before}: no ${event}`);
    update.run(status, row.seq, nowMs, orderId);
    tell(orderId, row, nowMs);
  };
};
