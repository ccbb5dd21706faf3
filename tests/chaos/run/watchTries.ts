import type { TriedMail } from '../snapshot.ts';
import { openDatabase } from './database.ts';

/**
 * Looks at the tasks of mails until the signal aborts. Returns the most tries that were counted against each. The mails of
 * refunds are left out: their tasks have other tries, too.
 */
export const watchTries = async (
  url: string,
  signal: AbortSignal,
): Promise<readonly Omit<TriedMail, 'arrivals'>[]> => {
  const database = openDatabase(url);
  const most = new Map<string, number>();
  while (!signal.aborted) {
    const rows = await database
      .run(`select id, attempts from task where attempts > 0 and step = 'notify_customer' and job_id is null`)
      // The database may be down.
      .catch(() => []);
    for (const { id, attempts } of rows)
      most.set(String(id), Math.max(Number(attempts), most.get(String(id)) ?? 0));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await database.close();
  return [...most].map(([taskId, tries]) => ({ taskId, tries }));
};
