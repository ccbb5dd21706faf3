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

/** Requests a refund and wakes the workers, which send it to the provider. `replayed` is true for a known key. */
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
 * Requests refunds of orders that cannot be fulfilled (the setting `ON_UNFULFILLABLE=refund`). Returns how many orders it found, at
 * most 50. The key makes sure that an order gets only one such refund.
 */
export const createRefundUnfulfillable = (ports: Ports): (() => AsyncResult<number>) => {
  const request = createRequestRefund(ports);
  return async () => {
    const orders = await ports.refunds.unfulfillable(unfulfillableMax);
    if (orders.isErr()) return err(orders.error);
    for (const orderId of orders.value) {
      const reason = 'the order cannot be fulfilled';
      const requested = await request({ key: unfulfillableKey(orderId), orderId, amount: null, reason });
      // Other failures mean that the order was refunded or retried in the meantime. Nothing is left to do.
      if (requested.isErr() && requested.error.kind === 'unavailable') return err(requested.error);
    }
    return ok(orders.value.length);
  };
};
