import type { Dice } from '../../processes/random.ts';
import { type Database, openDatabase } from './database.ts';

/** More than the time after which nobody may be charged any more. */
const windowMs = 16 * 60_000;

/**
 * Lets time pass, now and then until the signal, for some payments without outcome: they are called off while
 * their customers may just be confirming them, or a process that was frozen charging them. It changes times
 * only.
 */
export const passTime = async (url: string, chance: Dice, closing: AbortSignal): Promise<void> => {
  const database = openDatabase(url);
  const claimedMs = claimColumn(url);
  while (!closing.aborted) {
    await pause(chance.between(500, 2_000));
    const some = `status = '${chance.isLikely(0.8) ? 'requires_action' : 'unknown'}'`;
    const nowMs = Date.now();
    const age = database.run(
      `update payment set ${claimedMs} = ${claimedMs} - ${windowMs}, due_ms = $1
       where id in (select id from payment where ${some} and ${claimedMs} > $2 order by id limit 3)`,
      [nowMs, nowMs - windowMs],
    );
    // The database may just be down.
    await age.catch(() => {});
  }
  await database.close();
};

/**
 * Lets time pass for all that waits: pauses that grow to minutes are over, and claims that nobody could settle
 * by now are too old to be charged, as they would be a quarter of an hour later.
 */
export const hurry = async ({ run }: Database, url: string): Promise<void> => {
  const claimedMs = claimColumn(url);
  const nowMs = Date.now();
  const open = `status in ('initiated', 'unknown', 'requires_action')`;
  await run(
    `update payment set ${claimedMs} = ${claimedMs} - ${windowMs}
     where ${open} and (attempt > 5 or status = 'requires_action') and ${claimedMs} > $1`,
    [nowMs - windowMs],
  );
  await run(`update payment set due_ms = $1 where ${open} and due_ms > $2`, [nowMs, nowMs]);
  await run(`update task set run_ms = $1 where state = 'ready' and run_ms > $2`, [nowMs, nowMs]);
};

const claimColumn = (url: string): string => (url.startsWith('sqlite:') ? 'created_ms' : 'claimed_ms');

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
