import { ok } from 'neverthrow';
import type { StockSlice } from '../core/ledger.ts';
import type { Log } from '../core/log.ts';
import { slotMs } from '../core/queueHistory.ts';
import type { AsyncResult } from '../core/result.ts';
import type { Retention } from '../core/retention.ts';
import { crashesMax } from '../core/retry.ts';
import type { Store } from '../core/store.ts';
import type { Clock } from '../core/world.ts';
import { createExpiryPoll } from './expiry.ts';
import { type Poll, pauseMaxMs } from './loop.ts';
import { createMoneyPoll } from './moneyWatch.ts';
import { createRetentionPoll } from './retention.ts';
import type { StepLog } from './stepLog.ts';

const rescueBatchMax = 500;
const recoverEveryMs = 1_000;
const pruneEveryMs = 60_000;
const compareStockEveryMs = 5_000;
/** A slice of this many names holds the event loop and SQLite's write lock for some ms. */
const refoldNamesMax = 100;
/** Requests come first. */
const refoldPauseMs = 10;
const refoldBusyPauseMs = 1_000;
const refoldLogEveryMs = 10_000;
const refoldCheckEveryMs = 3_600_000;

/** The maintenance loops, each by its name. Every worker runs them all; each row is processed by one of them. */
export const createMaintenancePolls = (
  ports: {
    readonly store: Pick<Store, 'orders' | 'queue' | 'ledger' | 'ping' | 'prune' | 'refoldNames' | 'dropOld'>;
    readonly recoverPayments: () => AsyncResult<number>;
    readonly mayClaim: () => boolean;
    readonly clock: Clock;
    readonly log: Log;
    readonly stepLog: StepLog;
  },
  settings: {
    readonly leaseMs: number;
    readonly reconcileAfterMs: number;
    readonly retention?: Retention | undefined;
  },
): Readonly<Record<string, Poll>> => ({
  rescue: whileMayClaim(ports, createRescuePoll(ports, settings.leaseMs / 2)),
  'payment recovery': whileMayClaim(
    ports,
    createRecoveryPoll(ports, Math.min(recoverEveryMs, settings.reconcileAfterMs)),
  ),
  'cancelling of expired orders': whileMayClaim(ports, createExpiryPoll(ports)),
  'comparison of the stock': createStockPoll(ports),
  'money checks': createMoneyPoll(ports),
  'folding of names': createRefoldPoll(ports),
  'history of the queue': whileMayClaim(ports, createHistoryPoll(ports)),
  retention: whileMayClaim(ports, createRetentionPoll(ports, settings.retention)),
  pruning: whileMayClaim(ports, async () =>
    (await ports.store.prune(ports.clock.nowMs())).map(() => pruneEveryMs),
  ),
});

const clockCheckEveryMs = 1_000;

/**
 * With a wrong clock, this process would take leases and payments that others still work on, and end orders early. By a
 * clock that is far ahead, all that is kept for some days is too old: it would be deleted, and nothing brings it back.
 */
export const whileMayClaim =
  ({ mayClaim }: { readonly mayClaim: () => boolean }, poll: Poll): Poll =>
  async () =>
    mayClaim() ? poll() : ok(clockCheckEveryMs);

/**
 * Leases also expire while no worker can reach the store to extend them. When the store is back, the rescue waits,
 * so that workers can first report the steps that they have done. Rescued earlier, these steps would run again.
 */
const createRescuePoll = (
  {
    store: { queue, ping },
    clock,
    log,
    stepLog,
  }: {
    readonly store: Pick<Store, 'queue' | 'ping'>;
    readonly clock: Clock;
    readonly log: Log;
    readonly stepLog: StepLog;
  },
  everyMs: number,
): Poll => {
  let wasUnavailable = false;
  return async () => {
    if (wasUnavailable)
      return (await ping()).map(() => {
        wasUnavailable = false;
        return Math.max(everyMs, pauseMaxMs);
      });
    const rescued = await queue.rescue({
      nowMs: clock.nowMs(),
      crashesMax,
      limit: rescueBatchMax,
      onFailed: (failures) => failures.forEach(stepLog),
    });
    wasUnavailable = rescued.isErr();
    return rescued.map((tasks) => {
      if (tasks > 0)
        log.warn(
          'rescued tasks whose leases had expired; if no worker crashed or hung, raise QUEUE_LEASE_MS',
          { tasks },
        );
      return tasks < rescueBatchMax ? everyMs : 0;
    });
  };
};

/** Continues at once while there are open payments to recover: those it has claimed are due again only later. */
const createRecoveryPoll =
  (
    { recoverPayments, log }: { readonly recoverPayments: () => AsyncResult<number>; readonly log: Log },
    everyMs: number,
  ): Poll =>
  async () =>
    (await recoverPayments()).map((payments) => {
      if (payments > 0) log.info('asked the provider about open payments', { payments });
      return payments > 0 ? 0 : everyMs;
    });

/** Records each slot of the queue's history after its end. */
const createHistoryPoll =
  ({ store: { queue }, clock }: { readonly store: Pick<Store, 'queue'>; readonly clock: Clock }): Poll =>
  async () =>
    (await queue.recordHistory(clock.nowMs())).map(() => slotMs - (clock.nowMs() % slotMs));

/** Compares one slice of the products and orders at a time. Its result is the money check `stock_differs`. */
const createStockPoll = ({
  store,
  clock,
}: {
  readonly store: Pick<Store, 'ledger'>;
  readonly clock: Clock;
}): Poll => {
  let slice: StockSlice = { afterProductId: null, afterOrderId: null };
  return async () =>
    (await store.ledger.compareStock(slice, clock.nowMs())).map((next) => {
      slice = next;
      return compareStockEveryMs;
    });
};

/** Folds the stored names anew after an upgrade to a new fold, and says how far it is. */
const createRefoldPoll = ({
  store,
  clock,
  log,
}: {
  readonly store: Pick<Store, 'refoldNames'>;
  readonly clock: Clock;
  readonly log: Log;
}): Poll => {
  let progress: { names: number; loggedAtMs: number } | null = null;
  return async () =>
    (await store.refoldNames(refoldNamesMax)).map((slice) => {
      if (slice === null) {
        if (progress !== null)
          log.info('all stored names are folded anew', { namesOfThisProcess: progress.names });
        progress = null;
        return refoldCheckEveryMs;
      }
      const nowMs = clock.nowMs();
      if (progress === null) {
        log.info('folding stored names anew; until this is done, searches may miss some of them');
        progress = { names: 0, loggedAtMs: nowMs };
      }
      progress.names += slice.names;
      if (nowMs - progress.loggedAtMs >= refoldLogEveryMs) {
        log.info('folding stored names anew', { part: slice.part, namesOfThisProcess: progress.names });
        progress.loggedAtMs = nowMs;
      }
      return slice.isWaiting ? refoldBusyPauseMs : refoldPauseMs;
    });
};
