import { err, ok, type Result } from 'neverthrow';
import type { Wakeup } from '../queue.ts';
import {
  type Refund,
  type RefundCommand,
  type RefundFailure,
  type Refunds,
  unfulfillableKey,
} from '../refund.ts';
import type { AsyncResult, Unavailable } from '../result.ts';
import type { World } from '../world.ts';

export type RequestRefund = (
  command: Omit<RefundCommand, 'refundId' | 'taskId'>,
) => Promise<Result<{ readonly refund: Refund; readonly replayed: boolean }, RefundFailure | Unavailable>>;

type Ports = { readonly refunds: Refunds; readonly wakeup: Wakeup; readonly world: World };

/** Writes down that money is to be given back; a worker does it. */
export const createRequestRefund =
  ({ refunds, wakeup, world }: Ports): RequestRefund =>
  async (command) => {
    const nowMs = world.clock.nowMs();
    const ids = { refundId: world.ids.next(nowMs), taskId: world.ids.next(nowMs) };
    const requested = await refunds.request({ ...ids, ...command }, nowMs);
    if (requested.isOk() && !requested.value.replayed) wakeup.notify();
    return requested;
  };

const unfulfillableMax = 50;

/**
 * Gives back what was paid for orders that cannot be had, for shops whose policy that is. Answers how many it
 * took up. Each has one refund for ever, however often it is come upon.
 */
export const createRefundUnfulfillable = (ports: Ports): (() => AsyncResult<number>) => {
  const request = createRequestRefund(ports);
  return async () => {
    const orders = await ports.refunds.unfulfillable(unfulfillableMax);
    if (orders.isErr()) return err(orders.error);
    for (const orderId of orders.value) {
      const reason = 'the order cannot be fulfilled';
      const requested = await request({ key: unfulfillableKey(orderId), orderId, amount: null, reason });
      // An order that somebody has refunded or taken up again meanwhile is no longer ours to see to.
      if (requested.isErr() && requested.error.kind === 'unavailable') return err(requested.error);
    }
    return ok(orders.value.length);
  };
};
