import process from 'node:process';
import { currentCommit } from '../processes/commit.ts';
import { createCoverage } from './coverage.ts';
import { renderCoverage, tooRare } from './coverageReport.ts';
import { runSeeds, type SeedOptions, type SeedRange } from './runSeeds.ts';
import { loadDrain } from './scheduler.ts';
import { type Runner, startShard } from './shards.ts';
import { addTally, noTally, progressLine, startLine, summaryLine, type Tally } from './tally.ts';

type RunOptions = SeedRange &
  SeedOptions & {
    /** How many processes share the seeds. 1: this one runs them. */
    readonly shards: number;
    /** The arguments of this process, for its shards. */
    readonly args: readonly string[];
    readonly showsCoverage: boolean;
    readonly requiresCoverage: boolean;
  };

/** After this many broken histories there is enough to look at. */
const brokenMax = 20;
const progressEveryMs = 10_000;
/** A runner is given so many seeds at a time at most. Between them this process prints how far it is, and sees signals. */
const seedsAtOnceMax = 20;

/** Runs seeds in this process. */
export const createRunner = async (run: SeedOptions): Promise<Runner> => {
  const drain = await loadDrain();
  const coverage = createCoverage();
  return {
    run: async (range) => {
      const tally = await runSeeds(range, run, coverage, drain);
      await new Promise((resolve) => setImmediate(resolve));
      return tally;
    },
    end: async () => coverage.counts,
  };
};

/** Runs histories, in shards if there are several. Returns true if all is well. */
export const runMany = async (run: RunOptions): Promise<boolean> => {
  const { firstSeed, count, shards, requiresCoverage, showsCoverage } = run;
  const atCommit = currentCommit();
  const startedMs = performance.now();
  const elapsedMs = () => performance.now() - startedMs;
  const runners =
    shards === 1
      ? [await createRunner(run)]
      : Array.from({ length: shards }, () => startShard(withoutShards(run.args)));
  let tally = noTally;
  const facts = { firstSeed, commit: atCommit, store: run.store, liveness: run.options.liveness, shards };
  const say = () => console.log(summaryLine(tally, facts, elapsedMs()));
  const signals = watchSignals(say);
  console.log(startLine(count, facts));
  const progress = setInterval(() => console.log(progressLine(tally, count, elapsedMs())), progressEveryMs);
  const isOver = (): boolean => signals.isStopped() || tally.broken >= (run.untilBroken ? 1 : brokenMax);
  const add = (part: Tally): void => {
    tally = addTally(tally, part);
    for (const line of part.lines) console.log(line);
  };
  const failed = await shareOut(run, runners, isOver, add);
  clearInterval(progress);
  const counts = failed === null ? await sumOfCounts(runners) : new Map<string, number>();
  say();
  if (failed !== null) console.log(String(failed));
  if (signals.isStopped()) console.log('stopped by a signal');
  if (showsCoverage || requiresCoverage) console.log(renderCoverage(counts));
  const missing = requiresCoverage ? tooRare(counts, tally.histories) : [];
  if (missing.length > 0) console.log(`too rare: ${missing.join(', ')}`);
  return failed === null && !signals.isStopped() && tally.broken === 0 && missing.length === 0;
};

/** Gives each runner some seeds, and more once it has run them. Returns why it could not, or null. */
const shareOut = async (
  { firstSeed, count }: SeedRange,
  runners: readonly Runner[],
  isOver: () => boolean,
  add: (tally: Tally) => void,
): Promise<unknown> => {
  const end = firstSeed + count;
  const atOnce = Math.max(1, Math.min(seedsAtOnceMax, Math.floor(count / runners.length / 4)));
  let next = firstSeed;
  let failed: unknown = null;
  const keepBusy = async (runner: Runner): Promise<void> => {
    while (next < end && failed === null && !isOver()) {
      const range = { firstSeed: next, count: Math.min(atOnce, end - next) };
      next += range.count;
      add(await runner.run(range));
    }
  };
  await Promise.all(
    runners.map((runner) =>
      keepBusy(runner).catch((cause: unknown) => {
        failed ??= cause;
      }),
    ),
  );
  return failed;
};

const sumOfCounts = async (runners: readonly Runner[]): Promise<ReadonlyMap<string, number>> => {
  const sum = new Map<string, number>();
  for (const counts of await Promise.all(runners.map((runner) => runner.end())))
    for (const [name, count] of counts) sum.set(name, (sum.get(name) ?? 0) + count);
  return sum;
};

/** The first signal stops the run once the seeds that run are done; the second one at once. */
const watchSignals = (say: () => void) => {
  let isStopped = false;
  const onSignal = (): void => {
    if (isStopped) {
      say();
      process.exit(1);
    }
    isStopped = true;
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return { isStopped: () => isStopped };
};

const withoutShards = (args: readonly string[]): readonly string[] =>
  args.filter((arg, index) => !arg.startsWith('--shards') && args[index - 1] !== '--shards');
