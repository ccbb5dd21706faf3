import process from 'node:process';
import type { Coverage } from './coverage.ts';
import { type HistoryOptions, runHistory } from './history.ts';
import type { Drain } from './scheduler.ts';
import { argumentsOf, shrink } from './shrink.ts';
import type { Tally } from './tally.ts';

export type SeedRange = { readonly firstSeed: number; readonly count: number };

export type SeedOptions = {
  readonly options: HistoryOptions;
  /** `memory` or `sqlite`. */
  readonly store: string;
  /** Stops at the first history that breaks an invariant. */
  readonly untilBroken: boolean;
  /** How many histories may be run to make a broken one small. 0: it is not shrunk. */
  readonly shrinkRunsMax: number;
};

/** Runs the histories of some seeds, one after the other, and shrinks those that are broken. */
export const runSeeds = async (
  { firstSeed, count }: SeedRange,
  run: SeedOptions,
  coverage: Coverage,
  drain: Drain,
): Promise<Tally> => {
  const cpu = process.cpuUsage();
  const lines: string[] = [];
  let histories = 0;
  let events = 0;
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    histories++;
    const outcome = await runSeed(seed, run.options, coverage, drain);
    events += outcome.events;
    if (outcome.rule === null) continue;
    const shrunk = run.shrinkRunsMax > 0 ? `\n${await describeShrunk(seed, outcome.rule, run, drain)}` : '';
    lines.push(`seed ${seed}: ${outcome.detail}${shrunk}`);
    if (run.untilBroken) break;
  }
  const { user, system } = process.cpuUsage(cpu);
  return { histories, events, broken: lines.length, processorUs: user + system, lines };
};

const runSeed = async (
  seed: number,
  options: HistoryOptions,
  coverage: Coverage,
  drain: Drain,
): Promise<{ readonly rule: string | null; readonly detail: string; readonly events: number }> => {
  try {
    const { violations, events } = await runHistory(seed, options, coverage, drain);
    const [first] = violations;
    const detail = violations.map((each) => `${each.rule} ${each.id}: ${each.detail}`).join('\n  ');
    return { rule: first?.rule ?? null, detail, events };
  } catch (cause) {
    return {
      rule: 'exception',
      detail: cause instanceof Error ? String(cause.stack) : String(cause),
      events: 0,
    };
  }
};

const describeShrunk = async (
  seed: number,
  rule: string,
  { options, shrinkRunsMax, store }: SeedOptions,
  drain: Drain,
): Promise<string> => {
  const startedMs = performance.now();
  const shrunk = await shrink(seed, options, rule, drain, shrinkRunsMax);
  const tookS = ((performance.now() - startedMs) / 1_000).toFixed(0);
  const on = store === 'memory' ? '' : `--store ${store} `;
  return [
    `  shrunk to ${shrunk.faults.length} faults by ${shrunk.runs} runs in ${tookS} s: ${rule} ${shrunk.detail}`,
    ...shrunk.faults.map((fault) => `    ${fault}`),
    `  bun tests/simulation/run.ts --seed ${seed} --count 1 ${on}${argumentsOf(shrunk.options)}`,
  ].join('\n');
};
