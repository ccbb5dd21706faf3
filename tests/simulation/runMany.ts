import { execFileSync } from 'node:child_process';
import process from 'node:process';
import { createCoverage } from './coverage.ts';
import { renderCoverage, tooRare } from './coverageReport.ts';
import { type HistoryOptions, runHistory } from './history.ts';
import { type Drain, loadDrain } from './scheduler.ts';
import { argumentsOf, shrink } from './shrink.ts';

type RunOptions = {
  readonly firstSeed: number;
  readonly count: number;
  readonly options: HistoryOptions;
  /** Stops at the first history that breaks an invariant. */
  readonly untilBroken: boolean;
  readonly shrinkRunsMax: number;
  readonly showsCoverage: boolean;
  readonly requiresCoverage: boolean;
};

/** After this many broken histories there is enough to look at. */
const brokenMax = 20;

/** Runs histories one after the other. Returns true if all is well. */
export const runMany = async (run: RunOptions): Promise<boolean> => {
  const { firstSeed, count, options, untilBroken, requiresCoverage, showsCoverage } = run;
  const drain = await loadDrain();
  const coverage = createCoverage();
  const startedMs = performance.now();
  const cpu = process.cpuUsage();
  let histories = 0;
  let events = 0;
  let broken = 0;
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    histories++;
    const outcome = await runSeed(seed, options, coverage, drain);
    events += outcome.events;
    if (outcome.rule === null) continue;
    broken++;
    console.log(`seed ${seed}: ${outcome.detail}`);
    if (run.shrinkRunsMax > 0) await reportShrunk(seed, outcome.rule, run, drain);
    if (untilBroken || broken >= brokenMax) break;
  }
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - startedMs) / 1_000;
  const rate = (each: number) => (histories / each).toFixed(1);
  console.log(
    `${histories} histories from seed ${firstSeed} at ${commit()}: ${broken} broken; ${Math.round(events / histories)} events each; ${rate(seconds)} a second, ${rate((user + system) / 1e6)} a second of processor time`,
  );
  if (showsCoverage || requiresCoverage) console.log(renderCoverage(coverage.counts));
  const missing = tooRare(coverage.counts, histories);
  if (requiresCoverage && missing.length > 0) console.log(`too rare: ${missing.join(', ')}`);
  return broken === 0 && !(requiresCoverage && missing.length > 0);
};

const runSeed = async (
  seed: number,
  options: HistoryOptions,
  coverage: ReturnType<typeof createCoverage>,
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

const reportShrunk = async (
  seed: number,
  rule: string,
  { options, shrinkRunsMax }: RunOptions,
  drain: Drain,
): Promise<void> => {
  const startedMs = performance.now();
  const shrunk = await shrink(seed, options, rule, drain, shrinkRunsMax);
  const tookS = ((performance.now() - startedMs) / 1_000).toFixed(0);
  console.log(
    [
      `  shrunk to ${shrunk.faults.length} faults by ${shrunk.runs} runs in ${tookS} s: ${rule} ${shrunk.detail}`,
      ...shrunk.faults.map((fault) => `    ${fault}`),
      `  bun tests/simulation/run.ts --seed ${seed} --count 1 ${argumentsOf(shrunk.options)}`,
    ].join('\n'),
  );
};

const commit = (): string => {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  } catch {
    return 'an unknown commit';
  }
};
