import { readFileSync } from 'node:fs';
import process from 'node:process';
import { openPostgresStore } from '../../adapters/postgres/store.ts';
import { createSystemWorld } from '../../adapters/system/system.ts';
import type { Claim } from '../../core/audit.ts';
import { recordPaid } from '../shop.ts';
import { claimTasks } from './claimTasks.ts';

/**
 * `bun ours.ts <url> <claims file> <claimers> <checkouts>`: records the claims as paid, `checkouts` of them in one
 * transaction, which queues a task for each of them. Then it claims all tasks until none is left.
 */
const [url = '', file = '', claimers = '', checkoutsPerTransaction = ''] = process.argv.slice(2);
const claims: readonly Claim[] = JSON.parse(readFileSync(file, 'utf8'));
const tasks = claims.reduce((sum, { orders }) => sum + orders.length, 0);
const store = await openPostgresStore(createSystemWorld(), { url });

const enqueue = async (): Promise<void> => {
  const perTransaction = Number(checkoutsPerTransaction);
  for (let at = 0; at < claims.length; at += perTransaction)
    await recordPaid(store, claims.slice(at, at + perTransaction));
};

const perSecond = async (work: () => Promise<void>): Promise<number> => {
  const startMs = performance.now();
  await work();
  return tasks / ((performance.now() - startMs) / 1_000);
};

const enqueuedPerSecond = await perSecond(enqueue);
const drainStart = process.cpuUsage();
const drainedPerSecond = await perSecond(() => claimTasks(store, tasks, Number(claimers)));
const { user, system } = process.cpuUsage(drainStart);
await store.close();
console.log(
  JSON.stringify({ drainedPerSecond, enqueuedPerSecond, workerCpuUsEach: (user + system) / tasks }),
);
process.exit();
