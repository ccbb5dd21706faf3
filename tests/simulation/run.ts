/**
 * Runs histories of the simulation, each from its seed, and shrinks those that break an invariant. The exit code is 0 if
 * none does, and if all was met that `--require-coverage` asks for.
 *
 *   bun tests/simulation/run.ts [--seed 1] [--count 1000] [--store memory|sqlite] [--liveness] [--shards 1]
 *     [--scenario name] [--mutant name] [--until-broken] [--coverage]
 *
 * `--shards` shares the seeds among so many processes. Every ten seconds a line says how far the run is. After SIGINT or
 * SIGTERM the seeds that run are finished, and the last line says what is done; after a second one it comes at once.
 *
 * `--off`, `--ignore` and `--window` run a history as it was shrunk. `--mutant list` names the mutants; `bun run
 * test:guards --by simulation` runs all of them. `--until-broken` stops at the first history that is broken.
 */
import process from 'node:process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '1000' },
    store: { type: 'string', default: 'memory' },
    liveness: { type: 'boolean', default: false },
    scenario: { type: 'string' },
    mutant: { type: 'string' },
    coverage: { type: 'boolean', default: false },
    'require-coverage': { type: 'boolean', default: false },
    off: { type: 'string', default: '' },
    ignore: { type: 'string', default: '' },
    'until-broken': { type: 'boolean', default: false },
    window: { type: 'string' },
    'shrink-runs': { type: 'string', default: '200' },
    shards: { type: 'string', default: '1' },
    'as-shard': { type: 'boolean', default: false },
  },
});

const setOf = (text: string): ReadonlySet<string> => new Set(text === '' ? [] : text.split(','));

const { mutants } = await import('./mutants.ts');
if (values.mutant === 'list') {
  for (const { name } of mutants) console.log(name);
  process.exit(0);
}
if (values.mutant !== undefined) {
  const { plantMutant } = await import('./plantMutant.ts');
  plantMutant(values.mutant);
}

// Loaded after the mutant is planted, because a file is read once.
const { createRunner, runMany } = await import('./runMany.ts');
const { openMemoryStore } = await import('./stores.ts');
const { openSqliteCopies } = await import('./sqliteStore.ts');
const run = {
  store: values.store,
  options: {
    liveness: values.liveness,
    scenario: values.scenario ?? null,
    openStore: values.store === 'sqlite' ? openSqliteCopies() : openMemoryStore,
    off: setOf(values.off),
    ignored: setOf(values.ignore),
    windowMs: values.window === undefined ? null : Number(values.window),
  },
  untilBroken: values['until-broken'] || values.mutant !== undefined,
  shrinkRunsMax: Number(values['shrink-runs']),
};
if (values['as-shard']) {
  const { serveShard } = await import('./shards.ts');
  serveShard(await createRunner(run));
} else {
  const isGood = await runMany({
    ...run,
    firstSeed: Number(values.seed),
    count: Number(values.count),
    shards: Number(values.shards),
    args: process.argv.slice(2),
    showsCoverage: values.coverage,
    requiresCoverage: values['require-coverage'],
  });
  process.exit(isGood ? 0 : 1);
}
