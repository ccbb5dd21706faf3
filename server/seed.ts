import process from 'node:process';
import { systemWorld } from '../adapters/system/system.ts';
import type { Tally } from '../demo/checkOut.ts';
import { writeHistory } from '../demo/writeHistory.ts';
import { type Config, readConfig } from './config.ts';
import { progress } from './progress.ts';
import { type Arguments, parseArguments, usage } from './seedArguments.ts';
import { openStore } from './wiring.ts';

const exit = { done: 0, failed: 1, misused: 2, interrupted: 130 };

const main = async (): Promise<number> => {
  const asked = parseArguments(process.argv.slice(2));
  if (asked.isErr()) return refuse([asked.error, 'See: bun run seed --help'], exit.misused);
  if (asked.value.help) {
    process.stdout.write(`${usage}\n`);
    return exit.done;
  }
  const config = readConfig(process.env);
  if (config.isErr()) return refuse(config.error, exit.misused);
  try {
    return await seed(asked.value, config.value);
  } catch (cause) {
    return refuse([cause instanceof Error ? cause.message : String(cause)], exit.failed);
  }
};

const seed = async ({ orders, days }: Arguments, config: Config): Promise<number> => {
  const store = await openStore(systemWorld(), config);
  const world = systemWorld();
  const startMs = world.clock.nowMs();
  const shown = progress(orders, process.stderr, world.clock);
  const stop = stopOnSignal();
  process.stderr.write(`Adding ${orders} orders over ${days} days; Ctrl-C stops after a batch.\n`);

  const onBatch = ({ placed }: Tally) => shown.show(placed);
  const written = await writeHistory(store, world, { orders, days, stop, onBatch });
  shown.end();
  await store.close();
  if (written.isErr()) return refuse([written.error.reason], exit.failed);
  process.stdout.write(`${summary(written.value, world.clock.nowMs() - startMs)}\n`);
  return stop.aborted ? exit.interrupted : exit.done;
};

/** Aborts on the first signal; a second one ends the process as it would without us. */
const stopOnSignal = (): AbortSignal => {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
  return stopping.signal;
};

const summary = ({ placed, paid, cancelled }: Tally, tookMs: number): string => {
  const [all, completed, pending, perSecond] = [
    placed,
    paid,
    placed - paid - cancelled,
    (placed * 1_000) / Math.max(1, tookMs),
  ].map((count) => Math.round(count).toLocaleString('en'));
  const fates = `${completed} completed, ${cancelled.toLocaleString('en')} cancelled, ${pending} pending`;
  return `Added ${all} orders (${fates}) in ${(tookMs / 1_000).toFixed(1)} s: ${perSecond}/s.`;
};

const refuse = (lines: readonly string[], code: number): number => {
  process.stderr.write(`${lines.join('\n')}\n`);
  return code;
};

process.exitCode = await main();
