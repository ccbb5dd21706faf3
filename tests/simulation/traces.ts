import { createCoverage } from './coverage.ts';
import { noOptions, runHistory } from './history.ts';
import type { Drain } from './scheduler.ts';

/** Histories that together have every kind of server. */
const traced: readonly { readonly seed: number; readonly scenario: string | null }[] = [
  { seed: 1, scenario: null },
  { seed: 2, scenario: null },
  { seed: 1, scenario: 'receivers of events fail' },
  { seed: 1, scenario: 'services of other companies fail' },
];

/** Their traces, which must be the same on every runtime. */
export const readTraces = async (drain: Drain): Promise<readonly string[]> => {
  const traces: string[] = [];
  for (const { seed, scenario } of traced)
    traces.push((await runHistory(seed, { ...noOptions, scenario }, createCoverage(), drain)).traceHash);
  return traces;
};
