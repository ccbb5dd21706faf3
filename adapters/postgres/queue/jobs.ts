import { ok } from 'neverthrow';
import { shareClaim } from '../../../core/claimShare.ts';
import { probeIn } from '../../../core/pause.ts';
import type { JobPipeline } from '../../../core/pipelines/pipeline.ts';
import type { JobLease, JobReport, Queue } from '../../../core/queue.ts';
import type { Caused } from '../../../core/trace.ts';
import type { Sql, Transaction } from '../connection.ts';
import { withNestedLoops } from '../nestedLoops.ts';
import { isPipelineFree, type StepPausesColumn, stepPausesOf } from './pauses.ts';
import { newestStart, type ScanStart, type ScanStarts } from './scanStart.ts';

/** Inserts the tasks of new jobs, in the same transaction as the jobs. */
export const insertJobs = (
  tx: Transaction,
  pipeline: JobPipeline,
  jobs: readonly (Caused & { readonly taskId: string; readonly jobId: string })[],
  nowMs: number,
): PromiseLike<unknown> => tx`
  insert into task (id, job_id, pipeline, step, state, run_ms, traceparent)
  select id, job_id, ${pipeline.name}::text, ${pipeline.steps[0].name}::text, 'ready', ${nowMs}::bigint, traceparent
  from unnest(
    ${jobs.map(({ taskId }) => taskId)}::uuid[],
    ${jobs.map(({ jobId }) => jobId)}::uuid[],
    ${jobs.map(({ traceparent = null }) => traceparent)}::text[]
  ) as j(id, job_id, traceparent)`;

/** See `Queue.claimJobs`. */
export const claimJobs = (
  sql: Sql,
  scanStarts: ScanStarts,
  query: Parameters<Queue['claimJobs']>[0],
): ReturnType<Queue['claimJobs']> =>
  withNestedLoops(sql, async (tx) => {
    const untilMs = query.nowMs + query.leaseMs;
    const leased = await scanStarts.scan(query.pipeline.name, positionOf, (start) =>
      leaseReadyJobs(tx, query, untilMs, start),
    );
    const leases: JobLease[] = [];
    for (const { taskId, jobId, lease, step, attempts, traceparent = null, parked, pauses } of leased)
      if (!parked) {
        const probe = pauses === null ? null : probeIn(pauses, taskId, step);
        leases.push({
          taskId,
          jobId,
          lease,
          untilMs,
          pipeline: query.pipeline.name,
          step,
          attempts,
          traceparent,
          probe,
        });
      }
    return leases;
  });

type LeasedRow = Omit<JobLease, 'untilMs' | 'probe' | 'pipeline'> & {
  readonly runMs: number;
  readonly isNewest: boolean;
  /** A pause holds the step, and there is no lease. */
  readonly parked: boolean;
  readonly pauses: StepPausesColumn;
};

const positionOf = ({ runMs, taskId, isNewest }: LeasedRow) => ({ runMs, id: taskId, isNewest });

/** Finds them as `lockReadyTasks` does. */
const leaseReadyJobs = (
  tx: Transaction,
  { pipeline, limit, nowMs }: Parameters<Queue['claimJobs']>[0],
  untilMs: number,
  start: ScanStart,
): Promise<LeasedRow[]> => {
  const share = shareClaim(limit);
  const isFree = isPipelineFree(tx, pipeline.name);
  return tx<LeasedRow[]>`
    with oldest as materialized (
      select id, step, run_ms from task
      where pipeline = ${pipeline.name} and state = 'ready' and run_ms <= ${nowMs}
        and (run_ms, id) > (${start.after.runMs}, ${start.after.id}) and ${isFree}
      order by run_ms, id limit ${share.oldest}
      for update skip locked
    ), newest_start as materialized (
      ${newestStart(tx, share, start)}
    ), newest as materialized (
      select id, step, run_ms from task
      where pipeline = ${pipeline.name} and state = 'ready' and run_ms <= ${nowMs}
        and (run_ms, id) > ((select run_ms from newest_start), (select id from newest_start)) and ${isFree}
      order by run_ms desc, id desc limit ${share.newest}
      for update skip locked
    ), leased as (
      update task t
      set state = case when l.parked then 'parked' else 'running' end, lease = t.lease + 1,
        lease_until_ms = case when l.parked then null else ${untilMs}::bigint end
      from (
        select id, is_newest, exists (
          select from pause p
          where p.pipeline = ${pipeline.name} and p.step = found.step and p.probe_task_id is distinct from found.id
        ) as parked
        from (select *, false as is_newest from oldest union all select *, true from newest) found
      ) l
      where t.id = any(array[l.id])
      returning t.*, l.is_newest
    )
    select id as "taskId", job_id as "jobId", lease, step, attempts, traceparent, run_ms as "runMs",
      is_newest as "isNewest", state = 'parked' as parked, ${stepPausesOf(tx, pipeline.name)} as pauses
    from leased order by run_ms, id`;
};

/**
 * See `Queue.reportJobs`. One statement. Of two reports under one lease the first counts. A report under an old lease
 * is not in `accepted`, and changes nothing.
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
          ${reports.map(({ outcome }) => (outcome.kind === 'advanced' ? outcome.step : null))}::text[],
          ${reports.map(({ outcome }) => errorOf(outcome))}::text[],
          ${reports.map(({ outcome }) => runAtMsOf(outcome, nowMs))}::bigint[]
        ) with ordinality as r(id, lease, kind, step, error, run_ms, position)
        order by id, lease, position
      ), accepted as materialized (
        -- offset 0 makes the server find each task by its id. Otherwise it may read all running tasks.
        select r.id, r.kind, r.step, r.error, r.run_ms
        from report r cross join lateral (
          select t.lease, t.state, t.job_id from task t where t.id = r.id offset 0 for update
        ) as t
        where t.lease = r.lease and t.state = 'running' and t.job_id is not null
      ), deleted as (
        delete from task t using accepted a where t.id = any(array[a.id]) and a.kind = 'done' returning t.pipeline
      ), counted as (
        insert into finished_tasks (at_ms, pipeline, tasks)
        select ${nowMs}::bigint, pipeline, count(*) from deleted group by pipeline
      ), updated as (
        update task t
        set state = case a.kind when 'failed' then 'failed' when 'unavailable' then 'parked' else 'ready' end,
          lease_until_ms = null, step = coalesce(a.step, t.step), run_ms = coalesce(a.run_ms, t.run_ms), last_error = a.error,
          attempts = case a.kind when 'advanced' then 0 when 'unavailable' then t.attempts else t.attempts + 1 end,
          crashes = case a.kind when 'advanced' then 0 else t.crashes end
        from accepted a where t.id = any(array[a.id]) and a.kind <> 'done'
      )
      select id from accepted`;
    return rows.map(({ id }) => id);
  });
};

const errorOf = (outcome: JobReport['outcome']): string | null => ('error' in outcome ? outcome.error : null);

const runAtMsOf = (outcome: JobReport['outcome'], nowMs: number): number | null => {
  if (outcome.kind === 'retry') return outcome.runAtMs;
  return outcome.kind === 'advanced' || outcome.kind === 'unavailable' ? nowMs : null;
};
