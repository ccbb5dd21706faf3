/** `determinism.test.ts` runs this under Deno: it prints the traces of some histories. */
import { createCoverage } from './coverage.ts';
import { noOptions, runHistory } from './history.ts';
import { loadDrain } from './scheduler.ts';

const drain = await loadDrain();
const coverage = createCoverage();
for (const seed of [1, 2, 3]) console.log((await runHistory(seed, noOptions, coverage, drain)).traceHash);
