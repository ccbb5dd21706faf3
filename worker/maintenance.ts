import type { Log } from '../core/log.ts';
import type { AsyncResult } from '../core/result.ts';
import { crashesMax } from '../core/retry.ts';
import type { Store } from '../core/store.ts';
import type { Clock } from '../core/world.ts';
import { type Poll, pauseCapMs } from './loop.ts';

const rescuedMax = 500;
const reconcileEveryMs = 1_000;
const refundEveryMs = 1_000;
const pruneEveryMs = 60_000;

/** What keeps the house in order beside the pipelines, each by name. Every worker does it; they share the rows. */
export const createMaintenanceLoops = (
  ports: {
    readonly store: Pick<Store, 'queue' | 'ping' | 'prune'>;
    readonly reconcile: () => AsyncResult<number>;
    /** Gives back what was paid for orders that cannot be had; null where that is left to an operator. */
    readonly refund: (() => AsyncResult<number>) | null;
    readonly clock: Clock;
    readonly log: Log;
  },
  settings: { readonly leaseMs: number; readonly reconcileAfterMs: number },
): Readonly<Record<string, Poll>> => ({
  rescue: rescuing(ports, settings.leaseMs / 2),
  reconciler: reconciling(ports, Math.min(reconcileEveryMs, settings.reconcileAfterMs)),
  ...(ports.refund === null ? {} : { refunder: refunding(ports.refund, ports.log) }),
  pruning: async () => (await ports.store.prune(ports.clock.nowMs())).map(() => pruneEveryMs),
});

/**
 * Leases also run out while nobody can reach the store to renew them. Once it is back, those who hold them come
 * first: what they have sent meanwhile is written down then, and not sent again.
 */
const rescuing = (
  {
    store: { queue, ping },
    clock,
    log,
  }: { readonly store: Pick<Store, 'queue' | 'ping'>; readonly clock: Clock; readonly log: Log },
  everyMs: number,
): Poll => {
  let isCutOff = false;
  return async () => {
    if (isCutOff)
      return (await ping()).map(() => {
        isCutOff = false;
        return Math.max(everyMs, pauseCapMs);
      });
    const rescued = await queue.rescue({ nowMs: clock.nowMs(), crashesMax, limit: rescuedMax });
    isCutOff = rescued.isErr();
    return rescued.map((tasks) => {
      if (tasks > 0) log.warn('tasks were taken from workers whose leases ran out', { tasks });
      return tasks < rescuedMax ? everyMs : 0;
    });
  };
};

/** Goes on at once as long as there is something to settle: what it took up is due again only later. */
const reconciling =
  (
    { reconcile, log }: { readonly reconcile: () => AsyncResult<number>; readonly log: Log },
    everyMs: number,
  ): Poll =>
  async () =>
    (await reconcile()).map((payments) => {
      if (payments > 0) log.info('payments without outcome were taken up', { payments });
      return payments > 0 ? 0 : everyMs;
    });

const refunding =
  (refund: () => AsyncResult<number>, log: Log): Poll =>
  async () =>
    (await refund()).map((orders) => {
      if (orders > 0) log.info('orders that cannot be had are being refunded', { orders });
      return refundEveryMs;
    });
