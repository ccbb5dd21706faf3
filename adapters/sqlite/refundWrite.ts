import { refund as pipeline } from '../../core/pipelines/refund.ts';
import type { Refund } from '../../core/refund.ts';
import type { Connection } from './connection.ts';
import { queueing } from './jobs.ts';

export type InsertRefund = ReturnType<typeof refundInserting>;

type Asked = {
  readonly key: string;
  readonly fingerprint: string;
  readonly taskId: string;
  readonly nowMs: number;
};
type Named = Pick<Refund, 'id' | 'orderId' | 'paymentId' | 'reason'>;
type NewRow = Named & Omit<Asked, 'taskId'> & Refund['amount'];

/** Writes the row of a refund that was just asked for, and its task. */
export const refundInserting = (connection: Connection) => {
  const queue = queueing(connection, pipeline);
  const insert = connection.client.prepare<[NewRow]>(
    `insert into refund (id, key, fingerprint, order_id, payment_id, amount, currency, reason, status,
       created_ms, updated_ms)
     values ($id, $key, $fingerprint, $orderId, $paymentId, $amount, $currency, $reason, 'requested', $nowMs, $nowMs)`,
  );
  return (
    { id, orderId, paymentId, amount, reason }: Named & Pick<Refund, 'amount'>,
    { taskId, ...asked }: Asked,
  ): void => {
    insert.run({ id, orderId, paymentId, reason, ...amount, ...asked });
    queue(taskId, id, asked.nowMs);
  };
};
