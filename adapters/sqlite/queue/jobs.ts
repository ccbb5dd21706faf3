import type { Result } from 'neverthrow';
import { isHeldBy, probeIn } from '../../../core/pause.ts';
import type { JobPipeline } from '../../../core/pipelines/pipeline.ts';
import type { JobLease, JobReport, Queue } from '../../../core/queue.ts';
import type { Unavailable } from '../../../core/result.ts';
import type { Connection } from '../connection.ts';
import { readStepPauses, stepPausesColumn } from './pauses.ts';
import { createSelectReady } from './ready.ts';

/** Writes the task of a new job, in the transaction that also writes the job. */
export const createInsertJob = ({ client }: Connection, { name, steps }: JobPipeline) => {
  const insert = client.prepare<[string, string, string, string, number, string | null]>(
    `insert into task (id, job_id, pipeline, step, state, run_ms, traceparent) values (?, ?, ?, ?, 'ready', ?, ?)`,
  );
  return (taskId: string, jobId: string, nowMs: number, traceparent?: string): void => {
    insert.run(taskId, jobId, name, steps[0].name, nowMs, traceparent ?? null);
  };
};

/** See `Queue.claimJobs` and `Queue.reportJobs`. The latter runs in the caller's transaction. */
export const createJobQueue = (connection: Connection) => ({
  claim: createClaimJobs(connection),
  report: createReportJobs(connection),
});

type ClaimQuery = Parameters<Queue['claimJobs']>[0];
type ReadyJob = Omit<JobLease, 'untilMs' | 'probe'> & { readonly pauses: string };

const createClaimJobs = (connection: Connection) => {
  const { runStatement, client, write } = connection;
  const ready = createSelectReady<ReadyJob>(
    connection,
    `t.id as taskId, t.job_id as jobId, t.lease, t.pipeline, t.step, t.attempts, t.traceparent, ${stepPausesColumn}`,
  );
  const lease = client.prepare<[number, number, string]>(
    `update task set state = 'running', lease = ?, lease_until_ms = ? where id = ?`,
  );
  const park = client.prepare<[string]>(`update task set state = 'parked', lease = lease + 1 where id = ?`);

  return ({
    pipeline: { name: pipeline },
    limit,
    nowMs,
    leaseMs,
  }: ClaimQuery): Result<readonly JobLease[], Unavailable> => {
    // Checked without the write lock first, because workers poll and usually there is nothing to do.
    const isAny = runStatement(() => ready.isAny(pipeline, nowMs));
    if (isAny.isErr() || !isAny.value) return isAny.map(() => []);
    const untilMs = nowMs + leaseMs;
    return write(() => {
      const rows = ready.select(pipeline, nowMs, limit);
      const pauses = readStepPauses(rows[0]?.pauses);
      const isHeld = isHeldBy(pauses);
      return rows.flatMap(({ pauses: _, ...row }): JobLease[] => {
        const { taskId, step } = row;
        if (isHeld(taskId, step)) {
          park.run(taskId);
          return [];
        }
        const jobLease = { ...row, lease: row.lease + 1, untilMs, probe: probeIn(pauses, taskId, step) };
        lease.run(jobLease.lease, untilMs, taskId);
        return [jobLease];
      });
    });
  };
};

const createReportJobs = ({ client }: Connection) => {
  const pipelineOf = client
    .prepare<[string, number], string>(
      `select pipeline from task where id = ? and lease = ? and state = 'running' and job_id is not null`,
    )
    .pluck();
  const advance = client.prepare<[string, number, string]>(
    `update task set state = 'ready', step = ?, run_ms = ?, lease_until_ms = null,
       attempts = 0, crashes = 0, last_error = null
     where id = ?`,
  );
  const defer = client.prepare<[number, string, string]>(
    `update task set state = 'ready', run_ms = ?, last_error = ?, attempts = attempts + 1, lease_until_ms = null
     where id = ?`,
  );
  const park = client.prepare<[number, string, string]>(
    `update task set state = 'parked', run_ms = ?, last_error = ?, lease_until_ms = null where id = ?`,
  );
  const fail = client.prepare<[string, string]>(
    `update task set state = 'failed', last_error = ?, attempts = attempts + 1, lease_until_ms = null
     where id = ?`,
  );
  const remove = client.prepare<[string]>('delete from task where id = ?');
  const countFinished = client.prepare<[number, string, number]>(
    'insert into finished_tasks (at_ms, pipeline, tasks) values (?, ?, ?)',
  );

  const write = (taskId: string, outcome: JobReport['outcome'], nowMs: number): void => {
    if (outcome.kind === 'done') remove.run(taskId);
    else if (outcome.kind === 'advanced') advance.run(outcome.step, nowMs, taskId);
    else if (outcome.kind === 'retry') defer.run(outcome.runAtMs, outcome.error, taskId);
    else if (outcome.kind === 'unavailable') park.run(nowMs, outcome.error, taskId);
    else fail.run(outcome.error, taskId);
  };

  return (reports: readonly JobReport[], nowMs: number): readonly string[] => {
    const accepted: string[] = [];
    const finished = new Map<string, number>();
    for (const { taskId, lease, outcome } of reports) {
      // Of two reports under one lease the first counts, because it ends the lease.
      const pipeline = pipelineOf.get(taskId, lease);
      if (pipeline === undefined) continue;
      write(taskId, outcome, nowMs);
      accepted.push(taskId);
      if (outcome.kind === 'done') finished.set(pipeline, (finished.get(pipeline) ?? 0) + 1);
    }
    for (const [pipeline, tasks] of finished) countFinished.run(nowMs, pipeline, tasks);
    return accepted;
  };
};
