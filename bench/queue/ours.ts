import { readFileSync } from 'node:fs';
import process from 'node:process';
import { postgresStore } from '../../adapters/postgres/store.ts';
import { systemWorld } from '../../adapters/system/system.ts';
import type { Claim } from '../../core/audit.ts';
import { settleClaims } from '../shop.ts';
import { takeTasks } from './idle.ts';

/**
 * `bun ours.ts <url> <claims file> <claimers> <carts>`: settles the claims, so many carts in one transaction,
 * which queues a task for each of their orders, and then takes all tasks to their end.
 */
const [url = '', file = '', claimers = '', together = ''] = process.argv.slice(2);
const claims: readonly Claim[] = JSON.parse(readFileSync(file, 'utf8'));
const tasks = claims.reduce((sum, { orders }) => sum + orders.length, 0);
const store = await postgresStore(systemWorld(), { url });

const enqueue = async (): Promise<void> => {
  const carts = Number(together);
  for (let at = 0; at < claims.length; at += carts) await settleClaims(store, claims.slice(at, at + carts));
};

const perSecond = async (work: () => Promise<void>): Promise<number> => {
  const beganMs = performance.now();
  await work();
  return tasks / ((performance.now() - beganMs) / 1_000);
};

const enqueuedPerSecond = await perSecond(enqueue);
const used = process.cpuUsage();
const drainedPerSecond = await perSecond(() => takeTasks(store, tasks, Number(claimers)));
const { user, system } = process.cpuUsage(used);
await store.close();
console.log(
  JSON.stringify({ drainedPerSecond, enqueuedPerSecond, workerCpuUsEach: (user + system) / tasks }),
);
process.exit();
