import type { SeededRandom } from '../../processes/random.ts';
import { type Database, openDatabase } from './database.ts';

/** Longer than the 15 minutes after which an open payment is cancelled. */
const windowMs = 16 * 60_000;

/**
 * Makes some open payments older from time to time, until the signal aborts. They are then cancelled while their
 * customers may be confirming them, or while a process that was frozen charges them. It changes times only.
 */
export const agePayments = async (url: string, random: SeededRandom, signal: AbortSignal): Promise<void> => {
  const database = openDatabase(url);
  while (!signal.aborted) {
    await pause(random.between(500, 2_000));
    const hasStatus = `status = '${random.bool(0.8) ? 'requires_action' : 'unknown'}'`;
    const nowMs = Date.now();
    const aged = database.run(
      `update payment set claimed_ms = claimed_ms - ${windowMs}, recover_ms = $1
       where id in (select id from payment where ${hasStatus} and claimed_ms > $2 order by id limit 3)`,
      [nowMs, nowMs - windowMs],
    );
    // The database may be down.
    await aged.catch(() => {});
  }
  await database.close();
};

/**
 * Ends every wait in the database: retries, recoveries, probes and the second look at expired orders become due now.
 * Payments that recovery has tried more than five times, or that wait for a challenge, become too old to be charged, as after a quarter of an hour.
 */
export const skipWaits = async ({ run }: Database): Promise<void> => {
  const nowMs = Date.now();
  const isOpen = `status in ('initiated', 'unknown', 'requires_action')`;
  await run(
    `update payment set claimed_ms = claimed_ms - ${windowMs}
     where ${isOpen} and (attempt > 5 or status = 'requires_action') and claimed_ms > $1`,
    [nowMs - windowMs],
  );
  await run(`update payment set recover_ms = $1 where ${isOpen} and recover_ms > $2`, [nowMs, nowMs]);
  await run(`update task set run_ms = $1 where state = 'ready' and run_ms > $2`, [nowMs, nowMs]);
  await run('update pause set probe_at_ms = $1 where probe_at_ms > $2', [nowMs, nowMs]);
  // Maintenance looks a second time at expired orders after ten minutes: a frozen process may commit one that late.
  await run('update order_expiry set passed_ms = $1 where passed_ms > $2', [
    nowMs - windowMs,
    nowMs - windowMs,
  ]);
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
