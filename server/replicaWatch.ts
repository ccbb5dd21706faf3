import type { ReadPosition } from '../core/consistency.ts';
import { bytesOf } from '../core/consistency.ts';
import { messageOf } from '../core/errorMessage.ts';
import type { Log } from '../core/log.ts';
import {
  addSample,
  type LogSample,
  lagOf,
  type Replica,
  type ReplicaHealth,
  type ReplicaStatus,
  stateOf,
} from '../core/replica.ts';
import { startSleep, type Timer, withTimeout } from '../core/timer.ts';
import type { Clock } from '../core/world.ts';

export type ReplicaWatch = {
  /** As of the last check, which is about a second old. */
  readonly health: () => ReplicaHealth;
  /** Checks now, and then at intervals, until the returned function is called. */
  readonly start: () => Promise<() => void>;
};

type Ports = {
  readonly replica: Pick<Replica, 'status'>;
  /** Of the primary. */
  readonly position: ReadPosition;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly log: Pick<Log, 'info' | 'warn'>;
};

const everyMs = 1_000;
/** For each of the two servers. */
const timeoutMs = 2_000;

const unknown: ReplicaHealth = { state: 'away', lagMs: null, lagBytes: null };

/** Checks the replica and how far it is behind the primary. Logs when it is left out, and when it is read again. */
export const createReplicaWatch = (
  { replica, position, clock, timer, log }: Ports,
  address: string,
): ReplicaWatch => {
  let health = unknown;
  let samples: readonly LogSample[] = [];
  let logged: ReplicaHealth['state'] | null = null;

  const logChange = ({ state, lagMs }: ReplicaHealth, reason: string | null): void => {
    const isFirst = logged === null;
    if (logged === state) return;
    logged = state;
    const facts = { replica: address };
    if (state === 'up') {
      if (!isFirst) log.info('the replica is read again', facts);
    } else if (state === 'behind')
      log.warn('the replica is too far behind, so the primary is read', { ...facts, lagMs });
    else log.warn('the replica cannot be read, so the primary is', { ...facts, reason });
  };

  const sampleOf = async (): Promise<LogSample | null> => {
    // Before the request: what the replica lacks of it is at least this old. The watch of the primary says what is
    // wrong with it, and this one must not end the process.
    const atMs = clock.nowMs();
    const asked = position().catch(() => null);
    const end = await withTimeout(timer, timeoutMs, asked, () => null, { background: true });
    return end?.isOk() && end.value !== null ? { atMs, end: bytesOf(end.value) } : null;
  };

  const check = async (): Promise<void> => {
    // The primary first, so that a replica with all of it has no lag.
    const sample = await sampleOf();
    const found = await statusOf(replica, timer);
    if (typeof found === 'string') health = unknown;
    else {
      samples = addSample(samples, sample, found.replayed);
      // Once it was promoted, there is no lag: it is the primary, or its log has nothing to do with the primary's.
      const lag = found.isStandby ? lagOf(samples, found.replayed, clock.nowMs()) : noLag;
      health = { state: stateOf(lag), ...lag };
    }
    logChange(health, typeof found === 'string' ? found : null);
  };

  return {
    health: () => health,
    start: async () => {
      let stopped = false;
      let end = () => {};
      const repeat = async (): Promise<void> => {
        while (!stopped) {
          const pause = startSleep(timer, everyMs, { background: true });
          end = pause.end;
          await pause.finished;
          if (!stopped) await check();
        }
      };
      await check();
      void repeat();
      return () => {
        stopped = true;
        end();
      };
    },
  };
};

const noLag = { lagMs: null, lagBytes: null };

/** The status, or why there is none. A replica that cannot be used must not end the process. */
const statusOf = async (replica: Pick<Replica, 'status'>, timer: Timer): Promise<ReplicaStatus | string> => {
  try {
    const status = await withTimeout(timer, timeoutMs, replica.status(), () => null, { background: true });
    if (status === null) return 'it did not answer in time';
    return status.isOk() ? status.value : status.error.reason;
  } catch (cause) {
    return messageOf(cause);
  }
};
