import process from 'node:process';
import { ok } from 'neverthrow';
import { createSystemWorld } from '../adapters/system/system.ts';
import { messageOf } from '../core/errorMessage.ts';
import type { Product } from '../core/product.ts';
import type { OrderCounts } from '../demo/checkOut.ts';
import { findOwnProduct } from '../demo/ownProduct.ts';
import { writeHistory } from '../demo/writeHistory.ts';
import { readCommandConfig } from './commandConfig.ts';
import type { Config } from './config.ts';
import { addressOf } from './databaseUrl.ts';
import { createProgress } from './progress.ts';
import { type Arguments, parseArguments, usage } from './seedArguments.ts';
import { abortOnStopSignal } from './stopSignals.ts';
import { openOrExplain, openStore } from './wiring.ts';

const exitCode = { done: 0, failed: 1, wrongUsage: 2, interrupted: 130 };

const main = async (): Promise<number> => {
  const parsed = parseArguments(process.argv.slice(2));
  if (parsed.isErr()) return fail([parsed.error, 'See: bun run seed --help'], exitCode.wrongUsage);
  if (parsed.value.help) {
    process.stdout.write(`${usage}\n`);
    return exitCode.done;
  }
  const config = readCommandConfig();
  if (config.isErr()) return fail(config.error, exitCode.wrongUsage);
  try {
    return await seed(parsed.value, config.value);
  } catch (cause) {
    return fail([messageOf(cause)], exitCode.failed);
  }
};

const seed = async ({ orders, days, force }: Arguments, config: Config): Promise<number> => {
  const store = await openOrExplain(config, () => openStore(createSystemWorld(config.shop), config));
  const own = force ? ok(null) : await findOwnProduct(store.products);
  const refusal = own.isErr() ? own.error.reason : own.value && describeRealShop(own.value, config);
  if (refusal !== null) {
    await store.close();
    return fail([refusal], exitCode.failed);
  }
  const world = createSystemWorld(config.shop);
  const startMs = world.clock.nowMs();
  const progress = createProgress(orders, process.stderr, world.clock);
  const stop = abortOnStopSignal(world.timer);
  process.stderr.write(
    `Adding ${orders} orders over ${days} days. Press Ctrl-C to stop after the current batch.\n`,
  );

  const onBatch = ({ placed }: OrderCounts) => progress.show(placed);
  const written = await writeHistory(store, world, { orders, days, stop, onBatch });
  progress.end();
  await store.close();
  if (written.isErr()) return fail([written.error.reason], exitCode.failed);
  process.stdout.write(`${renderSummary(written.value, world.clock.nowMs() - startMs)}\n`);
  return stop.aborted ? exitCode.interrupted : exitCode.done;
};

const describeRealShop = ({ code }: Product, { databaseUrl }: Config): string =>
  `The database ${addressOf(databaseUrl)} has products of its own, such as ${code}. Nothing takes invented orders and invoices out of a real shop again. If it is meant: bun run seed --force`;

const renderSummary = ({ placed, paid, cancelled }: OrderCounts, tookMs: number): string => {
  const [added, completed, pending, perSecond] = [
    placed,
    paid,
    placed - paid - cancelled,
    (placed * 1_000) / Math.max(1, tookMs),
  ].map((count) => Math.round(count).toLocaleString('en'));
  const byStatus = `${completed} completed, ${cancelled.toLocaleString('en')} cancelled, ${pending} pending`;
  return `Added ${added} orders (${byStatus}) in ${(tookMs / 1_000).toFixed(1)} s: ${perSecond}/s.`;
};

const fail = (lines: readonly string[], code: number): number => {
  process.stderr.write(`${lines.join('\n')}\n`);
  return code;
};

process.exitCode = await main();
