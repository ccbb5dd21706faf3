import { createCoverage } from './coverage.ts';
import { faultNames } from './faults.ts';
import { actorNames, type HistoryOptions, runHistory } from './history.ts';
import type { Drain } from './scheduler.ts';

export type Shrunk = {
  readonly options: HistoryOptions;
  /** The faults that are left. */
  readonly faults: readonly string[];
  readonly runs: number;
  readonly detail: string;
};

/** The rule that a history breaks first; null if it breaks none. An exception counts as a rule. */
const brokenRule = async (seed: number, options: HistoryOptions, drain: Drain) => {
  try {
    const { violations, faults } = await runHistory(seed, options, createCoverage(), drain);
    const [first] = violations;
    return { rules: violations.map(({ rule }) => rule), faults, detail: `${first?.id}: ${first?.detail}` };
  } catch (cause) {
    return { rules: ['exception'], faults: [], detail: String(cause) };
  }
};

/**
 * Makes a broken history small: switches off whole faults, then actors, then shortens the time, then leaves out single
 * faults. Each step stays if the same rule is still broken.
 */
export const shrink = async (
  seed: number,
  start: HistoryOptions,
  rule: string,
  drain: Drain,
  runsMax: number,
): Promise<Shrunk> => {
  let options = start;
  let best = await brokenRule(seed, options, drain);
  let runs = 1;
  const attempt = async (next: HistoryOptions): Promise<boolean> => {
    if (runs >= runsMax) return false;
    runs++;
    const outcome = await brokenRule(seed, next, drain);
    if (!outcome.rules.includes(rule)) return false;
    options = next;
    best = outcome;
    return true;
  };

  for (const name of [...faultNames, ...actorNames]) {
    const isThere =
      actorNames.some((actor) => actor === name) || best.faults.some((fault) => isOf(fault, name));
    if (isThere) await attempt({ ...options, off: new Set([...options.off, name]) });
  }
  for (const windowMs of [30_000, 20_000, 10_000, 5_000, 2_000, 1_000])
    if (windowMs < (options.windowMs ?? 60_000)) await attempt({ ...options, windowMs });
  // Halves, then quarters, and so on down to single faults.
  for (let size = Math.ceil(best.faults.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < best.faults.length; ) {
      const left = best.faults.slice(from, from + size);
      if (!(await attempt({ ...options, ignored: new Set([...options.ignored, ...left]) }))) from += size;
    }
  }
  return { options, faults: best.faults, runs, detail: best.detail };
};

/** Whether a fault that happened is of this name: `P1 audits.claim#3 lost` is one of `store.lost`. */
const isOf = (fault: string, name: string): boolean => {
  const [, fate] = name.split('.');
  return fate === undefined ? fault.startsWith(name.replace('_', ' ')) : fault.endsWith(` ${fate}`);
};

/** The faults and actors of a shrunk history as arguments of the program. */
export const argumentsOf = ({ off, ignored, windowMs, liveness, scenario }: HistoryOptions): string =>
  [
    liveness ? '--liveness' : '',
    scenario === null ? '' : `--scenario '${scenario}'`,
    off.size > 0 ? `--off '${[...off].join(',')}'` : '',
    ignored.size > 0 ? `--ignore '${[...ignored].join(',')}'` : '',
    windowMs === null ? '' : `--window ${windowMs}`,
  ]
    .filter((text) => text !== '')
    .join(' ');
