import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createScratchFolder } from '../processes/cleanup.ts';
import { startApp, stopApp } from '../processes/processes.ts';
import { expectOrders, giveBackLostCharges, run, sell } from './shop.ts';

/** The simulated provider has a file of its own, so like a real one it remembers charges that the shop has lost. */
export const trySqlite = async (): Promise<void> => {
  const folder = createScratchFolder('backup');
  const file = join(folder, 'cartwright.db');
  const backup = join(folder, 'backup.db');
  const options = { databaseUrl: `sqlite:${file}`, env: { QUEUE_POLL_MS: '50' } };
  const sinceMs = Date.now();
  const shop = await startApp(options);
  const kept = await sell(shop, 'KEPT', 5);
  run('sqlite3', [file, `vacuum into '${backup}'`]);
  const lost = await sell(shop, 'LOST', 3);
  shop.kill('SIGKILL');
  await shop.stopped;
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true });

  const integrity = run('sqlite3', [backup, 'pragma integrity_check']);
  if (integrity !== 'ok\n') throw new Error(`the backup is damaged: ${integrity}`);
  run('cp', [backup, file]);
  const restored = await startApp(options);
  await expectOrders(restored, kept, lost);
  const count = await giveBackLostCharges(restored, sinceMs);
  if (count !== lost.length)
    throw new Error(`${count} charges were given back, and ${lost.length} were lost`);
  await sell(restored, 'AFTER', 1);
  await stopApp(restored);
  console.log(`SQLite: ${kept.length} orders restored, ${count} charges without orders given back`);
};
