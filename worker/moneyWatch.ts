import { type MoneyCheck, moneyChecks } from '../core/ledger.ts';
import type { Log } from '../core/log.ts';
import type { Store } from '../core/store.ts';
import type { Clock } from '../core/world.ts';
import type { Poll } from './loop.ts';

const everyMs = 15_000;

/**
 * Some checks read all payments of the last day, so they take longer the more a shop sells. A hundredth of the time is
 * enough for them: a shop of a million orders a day had a fifth of a processor busy with them.
 */
const moneyPauseAfter = (tookMs: number): number => Math.min(longestMs, Math.max(everyMs, tookMs * 100));

const longestMs = 600_000;

/** Says once that a money check is red, and once that it is green again. */
export const createMoneyPoll = ({
  store: { ledger },
  clock,
  log,
}: {
  readonly store: Pick<Store, 'ledger'>;
  readonly clock: Clock;
  readonly log: Log;
}): Poll => {
  const red = new Set<MoneyCheck>();
  return async () => {
    const startedMs = clock.nowMs();
    return (await ledger.counts(startedMs)).map((counts) => {
      for (const check of moneyChecks) {
        const { count } = counts[check];
        if (count > 0 && !red.has(check)) {
          red.add(check);
          log.error('a money check is red', { check, count, list: `/money/${check}` });
        }
        if (count === 0 && red.delete(check)) log.info('a money check is green again', { check });
      }
      return moneyPauseAfter(clock.nowMs() - startedMs);
    });
  };
};
