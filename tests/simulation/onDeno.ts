/** The test of the simulation runs this under Deno: it prints the traces of some histories. */
import { loadDrain } from './scheduler.ts';
import { readTraces } from './traces.ts';

for (const trace of await readTraces(await loadDrain())) console.log(trace);
