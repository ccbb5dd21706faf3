import type { Clock } from '../core/world.ts';

/** Where progress is written: a terminal line that is drawn anew, or a log to which lines are added. */
export type Screen = { readonly isTTY?: boolean; write(text: string): unknown };

const everyMs = { terminal: 100, log: 5_000 };

/** Shows how far a run of `total` orders is: as often as `show` is called, but not more than is of use. */
export const progress = (
  total: number,
  screen: Screen,
  clock: Clock,
): { show(done: number): void; end(): void } => {
  const startMs = clock.nowMs();
  const pauseMs = screen.isTTY === true ? everyMs.terminal : everyMs.log;
  let shownMs = startMs;
  return {
    show: (done) => {
      const nowMs = clock.nowMs();
      if (nowMs - shownMs < pauseMs && done < total) return;
      shownMs = nowMs;
      const line = progressLine(done, total, nowMs - startMs);
      // The last words: clear what a longer line before has left to the right.
      screen.write(screen.isTTY === true ? `\r${bar(done / total)} ${line}\u001b[K` : `${line}\n`);
    },
    end: () => {
      if (screen.isTTY === true) screen.write('\n');
    },
  };
};

/** `42%  21,000 of 50,000 orders  3,500/s  0:08 left` */
export const progressLine = (done: number, total: number, elapsedMs: number): string => {
  const perSecond = (done * 1_000) / Math.max(1, elapsedMs);
  const percent = `${Math.floor((done / total) * 100)}%`.padStart(4);
  const left = done === 0 ? '' : `  ${minutes((total - done) / perSecond)} left`;
  return `${percent}  ${count(done)} of ${count(total)} orders  ${count(perSecond)}/s${left}`;
};

const bar = (part: number): string => {
  const full = Math.floor(part * 24);
  return `[${'█'.repeat(full)}${'·'.repeat(24 - full)}]`;
};

const count = (number: number): string => Math.round(number).toLocaleString('en');

const minutes = (seconds: number): string => {
  const whole = Math.ceil(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
};
