import type { Clock } from '../core/world.ts';

/** Where progress is written: on a terminal one line is redrawn, elsewhere lines are added. */
export type Screen = { readonly isTTY?: boolean; write(text: string): unknown };

const updateIntervalMs = { terminal: 100, log: 5_000 };

/** Shows the progress of a run of `total` orders. `show` may be called often; it skips most calls. */
export const createProgress = (
  total: number,
  screen: Screen,
  clock: Clock,
): { show(done: number): void; end(): void } => {
  const startMs = clock.nowMs();
  const intervalMs = screen.isTTY === true ? updateIntervalMs.terminal : updateIntervalMs.log;
  let shownMs = startMs;
  return {
    show: (done) => {
      const nowMs = clock.nowMs();
      if (nowMs - shownMs < intervalMs && done < total) return;
      shownMs = nowMs;
      const line = renderProgressLine(done, total, nowMs - startMs);
      // \u001b[K clears the rest of a longer previous line.
      screen.write(screen.isTTY === true ? `\r${renderBar(done / total)} ${line}\u001b[K` : `${line}\n`);
    },
    end: () => {
      if (screen.isTTY === true) screen.write('\n');
    },
  };
};

/** `42%  21,000 of 50,000 orders  3,500/s  0:08 left` */
export const renderProgressLine = (done: number, total: number, elapsedMs: number): string => {
  const perSecond = (done * 1_000) / Math.max(1, elapsedMs);
  const percent = `${Math.floor((done / total) * 100)}%`.padStart(4);
  const left = done === 0 ? '' : `  ${formatMinutes((total - done) / perSecond)} left`;
  return `${percent}  ${formatCount(done)} of ${formatCount(total)} orders  ${formatCount(perSecond)}/s${left}`;
};

const renderBar = (share: number): string => {
  const full = Math.floor(share * 24);
  return `[${'█'.repeat(full)}${'·'.repeat(24 - full)}]`;
};

const formatCount = (number: number): string => Math.round(number).toLocaleString('en');

const formatMinutes = (seconds: number): string => {
  const whole = Math.ceil(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
};
