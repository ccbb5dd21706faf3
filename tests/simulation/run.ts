/**
 * Runs histories of the simulation, from a seed on.
 *
 *   bun tests/simulation/run.ts [--seed 1] [--count 1000]
 */
import { parseArgs } from 'node:util';
import { createCoverage } from './coverage.ts';
import { noOptions, runHistory } from './history.ts';
import { loadDrain } from './scheduler.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '1000' },
  },
});
const drain = await loadDrain();
const coverage = createCoverage();
const first = Number(values.seed);
const startedMs = performance.now();
const cpu = process.cpuUsage();
let events = 0;
let broken = 0;
for (let seed = first; seed < first + Number(values.count); seed++) {
  try {
    const history = await runHistory(seed, noOptions, coverage, drain);
    events += history.events;
    if (history.violations.length === 0) continue;
    broken++;
    console.log(seed, history.traceHash, history.events, JSON.stringify(history.violations.slice(0, 3)));
  } catch (cause) {
    broken++;
    console.log(seed, String(cause));
  }
}
const { user, system } = process.cpuUsage(cpu);
console.log({ broken, events, ms: performance.now() - startedMs, cpuMs: (user + system) / 1000 });
