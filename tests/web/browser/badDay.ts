import { Database } from 'bun:sqlite';
import { randomUUID } from 'node:crypto';

/** What went wrong with the tasks of `writeFailedTasks`, and how many there are of each in a thousand. */
export const failureKinds = [
  { pipeline: 'provider_event', step: 'act_on_event', error: 'the provider answered 500', share: 600 },
  { pipeline: 'provider_event', step: 'act_on_event', error: 'the event names no checkout', share: 300 },
  { pipeline: 'reconciliation', step: 'reconcile_ledger', error: 'the ledger of the day is cut', share: 100 },
] as const;

/** Writes thousands of failed jobs, as a bad day leaves them. Their pipelines should be paused: nobody made the jobs. */
export const writeFailedTasks = (databaseUrl: string, count: number): void => {
  const database = new Database(databaseUrl.replace(/^sqlite:/, ''));
  database.run('pragma busy_timeout = 10000');
  const insert = database.prepare(
    `insert into task (id, job_id, pipeline, step, state, attempts, run_ms, last_error)
     values (?, ?, ?, ?, 'failed', 5, ?, ?)`,
  );
  const nowMs = Date.now();
  database.transaction(() => {
    for (const { pipeline, step, error, share } of failureKinds)
      for (let index = 0; index < (count * share) / 1_000; index++)
        insert.run(
          Bun.randomUUIDv7('hex', nowMs - 60_000),
          randomUUID(),
          pipeline,
          step,
          nowMs - 60_000,
          error,
        );
  })();
  database.close();
};
