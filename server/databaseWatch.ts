import { err } from 'neverthrow';
import { clockSkewMs, mayClaimWithSkew, skewWarningMs } from '../core/clockSkew.ts';
import { messageOf } from '../core/errorMessage.ts';
import type { Log } from '../core/log.ts';
import type { AsyncResult, Unavailable } from '../core/result.ts';
import type { DatabaseClock } from '../core/store.ts';
import { startSleep, type Timer, withTimeout } from '../core/timer.ts';
import type { Clock } from '../core/world.ts';

export type DatabaseWatch = {
  /** Whether the database does what this process needs. Asks it at most once a second, however often it is called. */
  isReady(): Promise<boolean>;
  /** What the last check found. True before the first. */
  wasReady(): boolean;
  /** False while our clock and the database's differ too much for leases. */
  mayClaim(): boolean;
  /** Checks now, and then at intervals, until the returned function is called. */
  start(): Promise<() => void>;
};

type Ports = {
  readonly ping: () => AsyncResult<DatabaseClock>;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly log: Log;
};

/** A probe that comes later asks the database again. */
const freshMs = 1_000;
const timeoutMs = 2_000;
const everyMs = 2_000;

/** Checks the database for readiness, and its clock for leases. Logs when either goes wrong, and when it is right again. */
export const createDatabaseWatch = (
  { ping, clock, timer, log }: Ports,
  {
    leaseMs,
    outage = 'the database cannot be used, so this process is not ready',
  }: { readonly leaseMs: number; readonly outage?: string | undefined },
): DatabaseWatch => {
  const logOutage = createOutageLines(log, clock, outage);
  const skew = createSkewLines(log, leaseMs);
  let running: Promise<boolean> | null = null;
  let fresh: { readonly until: ReturnType<Timer['deadline']>; readonly isReady: boolean } | null = null;

  const check = async (): Promise<boolean> => {
    const beforeMs = clock.nowMs();
    const late = () => err<never, Failure>({ reason: 'it did not answer in time' });
    const result = await withTimeout(timer, timeoutMs, ping(), late, { background: true }).catch(brokenBy);
    const failure = result.isErr() ? result.error : null;
    const reason = failure?.reason ?? null;
    logOutage(failure);
    if (result.isOk() && result.value.nowMs !== null)
      skew.judge(clockSkewMs(result.value.nowMs, { beforeMs, afterMs: clock.nowMs() }));
    const isReady = reason === null;
    fresh = { until: timer.deadline(freshMs), isReady };
    return isReady;
  };

  const checkOnce = async (): Promise<boolean> => {
    try {
      return await check();
    } finally {
      running = null;
    }
  };

  const isReady = async (): Promise<boolean> => {
    if (fresh !== null && fresh.until.remainingMs() > 0) return fresh.isReady;
    running ??= checkOnce();
    return running;
  };

  return {
    isReady,
    wasReady: () => fresh?.isReady ?? true,
    mayClaim: skew.mayClaim,
    start: async () => {
      let stopped = false;
      let end = () => {};
      const repeat = async (): Promise<void> => {
        while (!stopped) {
          const pause = startSleep(timer, Math.min(everyMs, leaseMs / 3), { background: true });
          end = pause.end;
          await pause.finished;
          if (!stopped) await isReady();
        }
      };
      await isReady();
      void repeat();
      return () => {
        stopped = true;
        end();
      };
    },
  };
};

type Failure = Pick<Unavailable, 'reason' | 'database'>;

/** A failure that nobody knows, such as a table that is missing in a restore, must not end the process either. */
const brokenBy = (cause: unknown) => err<never, Failure>({ reason: messageOf(cause) });

/** One line when the database cannot be used, another when the reason changes, and one when it can be used again. */
const createOutageLines = (log: Log, clock: Clock, message: string) => {
  let outage: { readonly reason: string; readonly sinceMs: number } | null = null;
  return (failure: Failure | null): void => {
    const reason = failure?.reason ?? null;
    if (reason === (outage?.reason ?? null)) return;
    const sinceMs = outage?.sinceMs ?? clock.nowMs();
    const database = failure?.database;
    if (reason !== null) log.error(message, { reason, ...(database && { database }) });
    else log.info('the database can be used again', { afterMs: clock.nowMs() - sinceMs });
    outage = reason === null ? null : { reason, sinceMs };
  };
};

const createSkewLines = (log: Log, leaseMs: number) => {
  let level: 'agrees' | 'differs' | 'no claims' = 'agrees';
  return {
    mayClaim: () => level !== 'no claims',
    judge: (skewMs: number): void => {
      const next = !mayClaimWithSkew(skewMs, leaseMs)
        ? 'no claims'
        : Math.abs(skewMs) > skewWarningMs
          ? 'differs'
          : 'agrees';
      if (next === level) return;
      level = next;
      const facts = { databaseAheadMs: skewMs };
      if (next === 'agrees') log.info("the clock of this machine agrees with the database's again", facts);
      else if (next === 'differs')
        log.warn("the clock of this machine differs from the database's: set it by NTP", facts);
      else
        log.error(
          "the clock of this machine differs from the database's by more than a quarter of QUEUE_LEASE_MS, so this process claims no tasks: set it by NTP",
          facts,
        );
    },
  };
};
