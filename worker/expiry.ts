import type { Log } from '../core/log.ts';
import type { AsyncResult } from '../core/result.ts';
import type { Store } from '../core/store.ts';
import type { Clock } from '../core/world.ts';
import type { Poll } from './loop.ts';

/** A slice of this many orders holds the event loop and SQLite's write lock for some ms. */
const ordersMax = 200;
/** Requests come first. */
const slicePauseMs = 10;
const everyMs = 1_000;
/** What was decided longer ago is in the store by now. */
const lateMs = 600_000;

/**
 * Cancels the orders that nobody paid in time. Nothing waits for it: a claim refuses an expired order by itself.
 *
 * Each order is looked at twice: when it expires, and some minutes later. An order may still be on its way into the store
 * when the first look passes its time: it was placed with a short life, or its checkout released it just before it
 * expired, and the database was slow.
 */
export const createExpiryPoll = ({
  store,
  clock,
  log,
}: {
  readonly store: Pick<Store, 'orders'>;
  readonly clock: Clock;
  readonly log: Log;
}): Poll => {
  const cancel = async (sweep: 1 | 2, ageMs: number): AsyncResult<boolean> => {
    const nowMs = clock.nowMs();
    const query = { sweep, untilMs: nowMs - ageMs, nowMs, limit: ordersMax };
    return (await store.orders.cancelExpired(query)).map(({ cancelled, more }) => {
      if (cancelled > 0) log.info('cancelled orders that were not paid in time', { orders: cancelled });
      return more;
    });
  };
  return async () => {
    const first = await cancel(1, 0);
    const more = first.isOk() && !first.value ? await cancel(2, lateMs) : first;
    return more.map((isMore) => (isMore ? slicePauseMs : everyMs));
  };
};
