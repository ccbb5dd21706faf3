import type { Metrics } from '../../core/metrics.ts';
import type { Timer } from '../../core/timer.ts';
import { createStopwatch } from './calls.ts';

/** What is read stays as it is for this long, however many ask. */
const everyMs = 5_000;
/**
 * A read that took long is repeated more rarely. It may take a hundredth of the time: each process of a fleet reads, and
 * backlogs are counted row by row.
 */
const restFactor = 100;
const restMaxMs = 60_000;
/** Numbers of this age are not shown any more: the database cannot be asked. */
const shownMaxMs = 120_000;

/** Reads numbers of the whole shop from the database when a page is rendered. `read` returns false if it could not. */
export const createReading = (
  metrics: Metrics,
  timer: Timer,
  read: () => Promise<boolean>,
  clear: () => void,
): void => {
  const startWatch = createStopwatch(timer);
  let reading: Promise<void> | null = null;
  let rest = timer.deadline(0);
  let shown = timer.deadline(0);

  const readOnce = async (): Promise<void> => {
    const elapsedS = startWatch();
    try {
      if (await read()) shown = timer.deadline(shownMaxMs);
    } finally {
      const pauseMs = Math.max(everyMs, elapsedS() * 1_000 * restFactor);
      rest = timer.deadline(Math.min(restMaxMs, pauseMs));
      reading = null;
    }
  };

  metrics.onRead(async () => {
    if (shown.remainingMs() <= 0) clear();
    if (reading === null && rest.remainingMs() <= 0) reading = readOnce();
    await reading;
  });
};
