import { ok } from 'neverthrow';
import type { JobPipeline } from '../../../core/pipelines/pipeline.ts';
import type { JobLease, JobReport, Queue } from '../../../core/queue.ts';
import type { Sql, Transaction } from '../connection.ts';
import { withNestedLoops } from '../nestedLoops.ts';
import type { QueuePosition, ScanStarts } from './scanStart.ts';

/** The tasks of new jobs, in the transaction that also writes the jobs. */
export const insertJobs = (
  tx: Transaction,
  pipeline: JobPipeline,
  jobs: readonly { readonly taskId: string; readonly jobId: string }[],
  nowMs: number,
): PromiseLike<unknown> => tx`
  insert into task (id, job_id, pipeline, step, state, run_ms, seq)
  select id, job_id, ${pipeline.name}::text, ${pipeline.steps[0].name}::text, 'ready', ${nowMs}::bigint, 0
  from unnest(
    ${jobs.map(({ taskId }) => taskId)}::uuid[],
    ${jobs.map(({ jobId }) => jobId)}::uuid[]
  ) as j(id, job_id)`;

export const claimJobs = (
  sql: Sql,
  heads: ScanStarts,
  query: Parameters<Queue['claimJobs']>[0],
): ReturnType<Queue['claimJobs']> =>
  withNestedLoops(sql, async (tx) => {
    const untilMs = query.nowMs + query.leaseMs;
    const leased = await heads.scan(query.pipeline.name, placeOf, (behind) =>
      lease(tx, query, untilMs, behind),
    );
    return leased.map(({ runMs: _, ...row }) => ({ ...row, untilMs }));
  });

type LeasedRow = Omit<JobLease, 'untilMs'> & { readonly runMs: number };

const placeOf = ({ runMs, taskId }: LeasedRow): QueuePosition => ({ runMs, id: taskId });

const lease = (
  tx: Transaction,
  { pipeline, limit, nowMs }: Parameters<Queue['claimJobs']>[0],
  untilMs: number,
  behind: QueuePosition,
): Promise<LeasedRow[]> => tx<LeasedRow[]>`
  with picked as materialized (
    select id from task
    where pipeline = ${pipeline.name} and state = 'ready' and run_ms <= ${nowMs}
      and (run_ms, id) > (${behind.runMs}, ${behind.id})
    order by run_ms, id limit ${limit}
    for update skip locked
  ), leased as (
    update task t set state = 'running', lease = t.lease + 1, lease_until_ms = ${untilMs}::bigint
    from picked p where t.id = p.id
    returning t.*
  )
  select id as "taskId", job_id as "jobId", lease, pipeline, step, attempts, run_ms as "runMs"
  from leased order by run_ms, id`;

/**
 * One statement. Of two reports under one lease the first counts; what was reported under an older lease is not
 * among the `held`, and changes nothing.
 */
export const reportJobs = async (
  sql: Sql,
  ...[reports, nowMs]: Parameters<Queue['reportJobs']>
): ReturnType<Queue['reportJobs']> => {
  if (reports.length === 0) return ok([]);
  return withNestedLoops(sql, async (tx) => {
    const rows = await tx<{ id: string }[]>`
      with report as (
        select distinct on (id, lease) * from unnest(
          ${reports.map(({ taskId }) => taskId)}::uuid[],
          ${reports.map(({ lease }) => lease)}::integer[],
          ${reports.map(({ outcome }) => outcome.kind)}::text[],
          ${reports.map(({ outcome }) => (outcome.kind === 'moved' ? outcome.step : null))}::text[],
          ${reports.map(({ outcome }) => errorOf(outcome))}::text[],
          ${reports.map(({ outcome }) => runAtMsOf(outcome, nowMs))}::bigint[]
        ) with ordinality as r(id, lease, kind, step, error, run_ms, at)
        order by id, lease, at
      ), held as materialized (
        -- By id alone, which the offset sees to: asked for running tasks, the server may read all that are running.
        select r.id, r.kind, r.step, r.error, r.run_ms
        from report r cross join lateral (
          select t.lease, t.state, t.job_id from task t where t.id = r.id offset 0 for update
        ) as t
        where t.lease = r.lease and t.state = 'running' and t.job_id is not null
      ), gone as (
        delete from task t using held h where t.id = h.id and h.kind = 'done' returning t.pipeline
      ), counted as (
        insert into finished (at_ms, pipeline, tasks)
        select ${nowMs}::bigint, pipeline, count(*) from gone group by pipeline
      ), kept as (
        update task t
        set state = case h.kind when 'failed' then 'failed' else 'ready' end, lease_until_ms = null,
          step = coalesce(h.step, t.step), run_ms = coalesce(h.run_ms, t.run_ms), last_error = h.error,
          attempts = case h.kind when 'moved' then 0 else t.attempts + 1 end,
          crashes = case h.kind when 'moved' then 0 else t.crashes end
        from held h where t.id = h.id and h.kind <> 'done'
      )
      select id from held`;
    return rows.map(({ id }) => id);
  });
};

const errorOf = (outcome: JobReport['outcome']): string | null => ('error' in outcome ? outcome.error : null);

const runAtMsOf = (outcome: JobReport['outcome'], nowMs: number): number | null => {
  if (outcome.kind === 'retry') return outcome.runAtMs;
  return outcome.kind === 'moved' ? nowMs : null;
};
