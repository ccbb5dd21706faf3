import type { Log } from '../core/log.ts';
import type { Store } from '../core/store.ts';
import { startSleep, type Timer } from '../core/timer.ts';
import type { Clock } from '../core/world.ts';

type Ports = {
  readonly store: Pick<Store, 'missingPartition'>;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly log: Pick<Log, 'error' | 'info'>;
};

export type PartitionWatch = {
  /** What an operator has to do, without the names of tables: everybody can read it. Null: nothing is missing. */
  warning(): string | null;
  stop(): void;
};

const everyMs = 60_000;
const advice = 'run bun run partition as the owner of the tables';
const plainWarning = `new orders of next month will be refused: ${advice}`;

/**
 * Looks each minute whether a table has a partition for the next month, where there are partitions. Says it once when one
 * is missing, and once when it is there. The process stays ready: until the month begins, all orders have a place.
 */
export const startPartitionWatch = ({ store, clock, timer, log }: Ports): PartitionWatch => {
  let missing: string | null = null;
  let stopped = false;
  let end = () => {};
  let hasFailed = false;
  const look = async (): Promise<void> => {
    const found = await store.missingPartition(clock.nowMs());
    // An outage says nothing about partitions.
    if (found.isErr() || found.value === missing) return;
    if (found.value === null) log.info('the partition of the next month is there again');
    else log.error(found.value, { advice });
    missing = found.value;
  };
  /** Somebody may have made partitions of their own. Not to know them must not end the process, so it is said once. */
  const lookOrSay = async (): Promise<void> => {
    try {
      await look();
      hasFailed = false;
    } catch (cause) {
      if (!hasFailed) log.error('the partitions cannot be read', { cause });
      hasFailed = true;
    }
  };
  const repeat = async (): Promise<void> => {
    while (!stopped) {
      await lookOrSay();
      if (stopped) return;
      const pause = startSleep(timer, everyMs, { background: true });
      end = pause.end;
      await pause.finished;
    }
  };
  void repeat();
  return {
    warning: () => (missing === null ? null : plainWarning),
    stop: () => {
      stopped = true;
      end();
    },
  };
};
