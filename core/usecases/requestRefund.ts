import type { Wakeup } from '../queue.ts';
import type { RefundCommand, RefundFailure, Refunds, RefundVerdict } from '../refund.ts';
import type { AsyncResult } from '../result.ts';
import type { World } from '../world.ts';

export type RequestRefund = (
  command: Omit<RefundCommand, 'refundId' | 'taskId'>,
) => AsyncResult<Pick<RefundVerdict, 'refund' | 'replayed'>, RefundFailure>;

type Ports = { readonly refunds: Refunds; readonly wakeup: Wakeup; readonly world: World };

/** Requests a refund and wakes the workers, which send it to the provider. `replayed` is true for a known key. */
export const createRequestRefund =
  ({ refunds, wakeup, world }: Ports): RequestRefund =>
  async (command) => {
    const nowMs = world.clock.nowMs();
    const ids = { refundId: world.ids.next(nowMs), taskId: world.ids.next(nowMs) };
    const requested = await refunds.request({ ...ids, ...command, traceparent: world.traceparent() }, nowMs);
    if (requested.isOk() && !requested.value.replayed) wakeup.notify();
    return requested;
  };
