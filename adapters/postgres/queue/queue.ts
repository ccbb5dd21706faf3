import type { PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import { ok } from 'neverthrow';
import { isInvoiceStep } from '../../../core/invoiceRequest.ts';
import type { OperatorQueue } from '../../../core/operatorQueue.ts';
import { pipelineFor } from '../../../core/pipelines/index.ts';
import type { Lease, Queue } from '../../../core/queue.ts';
import { planReports } from '../../../core/steps.ts';
import type { World } from '../../../core/world.ts';
import type { Sql, Transaction } from '../connection.ts';
import { orUnavailable } from '../failures.ts';
import { withNestedLoops } from '../nestedLoops.ts';
import { claimTasks } from './claim.ts';
import { readHistory, recordHistory } from './history.ts';
import { writeInvoiceAnswers } from './invoiceRequests.ts';
import { claimJobs, reportJobs } from './jobs.ts';
import { listMatchingIds, listTasks, readFailures, readStats } from './read.ts';
import { writeReferences } from './references.ts';
import { rescue, retry } from './rescue.ts';
import { createScanStarts } from './scanStart.ts';
import { skip } from './skip.ts';
import { writeTransitions } from './transitions.ts';

export const createQueue = (sql: Sql, db: PostgresJsDatabase, world: World): OperatorQueue => {
  const scanStarts = createScanStarts(world.clock);
  return {
    claim: (query) => claimTasks(sql, world, scanStarts, query),
    heartbeat: (leases, untilMs) => heartbeat(sql, byTask(leases), untilMs),
    report: (reports, nowMs) => report(sql, reports, nowMs),
    claimJobs: (query) => claimJobs(sql, scanStarts, query),
    reportJobs: (reports, nowMs) => reportJobs(sql, reports, nowMs),
    release: (leases) => release(sql, byTask(leases)),
    rescue: (query) => rescue(sql, query),
    retry: (...named) => retry(sql, ...named),
    skip: (...request) => skip(sql, ...request),
    stats: (nowMs) => orUnavailable(() => readStats(sql, nowMs)),
    tasks: (query) => orUnavailable(() => listTasks(db, query)),
    history: (nowMs) => orUnavailable(() => readHistory(sql, nowMs)),
    recordHistory: (nowMs) => orUnavailable(() => recordHistory(sql, nowMs)),
    failures: () => orUnavailable(() => readFailures(sql)),
    matchingIds: (query) => orUnavailable(() => listMatchingIds(db, query)),
  };
};

type Leases = readonly Pick<Lease, 'taskId' | 'lease'>[];

/** Rows are locked in the order in which they are named. A report locks by id, and another order would deadlock with it. */
const byTask = (leases: Leases): Leases =>
  leases.toSorted((one, other) => (one.taskId < other.taskId ? -1 : 1));

const idsOf = (leases: Leases): string[] => leases.map(({ taskId }) => taskId);
const leaseNumbersOf = (leases: Leases): number[] => leases.map(({ lease }) => lease);

/** With `|| ''` the index of running tasks does not serve, so that only the key does. */
const heartbeat = async (sql: Sql, leases: Leases, untilMs: number): ReturnType<Queue['heartbeat']> => {
  if (leases.length === 0) return ok([]);
  return withNestedLoops(sql, async (tx) => {
    const rows = await tx<{ id: string }[]>`
      update task t set lease_until_ms = ${untilMs}
      from unnest(${idsOf(leases)}::uuid[], ${leaseNumbersOf(leases)}::integer[]) as l(id, lease)
      where t.id = any(array[l.id]) and t.lease = l.lease and t.state || '' = 'running'
      returning t.id`;
    return rows.map(({ id }) => id);
  });
};

/** Finds the tasks as `heartbeat` does. */
const release = async (sql: Sql, leases: Leases): ReturnType<Queue['release']> => {
  if (leases.length === 0) return ok(undefined);
  return withNestedLoops(sql, async (tx) => {
    await tx`
      update task t set state = 'ready', lease = t.lease + 1, lease_until_ms = null
      from unnest(${idsOf(leases)}::uuid[], ${leaseNumbersOf(leases)}::integer[]) as l(id, lease)
      where t.id = any(array[l.id]) and t.lease = l.lease and t.state || '' = 'running'`;
  });
};

const report = async (
  sql: Sql,
  ...[reports, nowMs]: Parameters<Queue['report']>
): ReturnType<Queue['report']> => {
  if (reports.length === 0) return ok([]);
  return withNestedLoops(sql, async (tx) => {
    // Of two reports under one lease the first counts.
    const outcomeOf = new Map(
      reports.toReversed().map(({ taskId, lease, outcome }) => [`${taskId} ${lease}`, outcome]),
    );
    const locked = await lock(tx, idsOf(reports));
    const accepted = locked.flatMap((row) => {
      const outcome = outcomeOf.get(`${row.id} ${row.lease}`);
      return outcome === undefined || row.state !== 'running' ? [] : [{ row, outcome }];
    });
    if (accepted.length === 0) return [];
    const done = accepted.filter(({ outcome }) => outcome.kind === 'done').map(({ row }) => row);
    const transitions = planReports(
      accepted.map(({ row: { id, order_ids, pipeline, step, seqs }, outcome }) => ({
        pipeline: pipelineFor(pipeline),
        task: { id, step, orders: orderSeqsOf(order_ids, seqs) },
        outcome,
      })),
    );
    await Promise.all([
      done.length > 0 &&
        tx`
          update step_ledger s set accepted_ms = ${nowMs}::bigint, body = null
          from unnest(
            ${done.map(({ id }) => id)}::uuid[],
            ${done.map(({ step }) => step)}::text[]
          ) as a(task_id, step)
          where s.task_id = a.task_id and s.step = a.step and s.accepted_ms is null`,
      writeReferences(
        tx,
        accepted.flatMap(({ row: { order_ids: orderIds, step }, outcome }) => {
          const reference = outcome.kind === 'done' ? outcome.reference : undefined;
          return reference === undefined
            ? []
            : orderIds.split(' ').map((orderId) => ({ orderId, step, ...reference }));
        }),
      ),
      writeInvoiceAnswers(
        tx,
        accepted.flatMap(({ row: { checkout_id: checkoutId, pipeline, step }, outcome }) =>
          outcome.kind === 'done' && outcome.reference !== undefined && isInvoiceStep(pipeline, step)
            ? [{ checkoutId, ...outcome.reference }]
            : [],
        ),
        nowMs,
      ),
      writeTransitions(tx, transitions, nowMs),
    ]);
    return accepted.map(({ row }) => row.id);
  });
};

const orderSeqsOf = (orderIds: string, seqs: string) => {
  const numbers = seqs.split(' ');
  return orderIds.split(' ').map((id, index) => ({ order: { id }, seq: Number(numbers[index]) }));
};

/** Finds tasks by their ids only. With a condition on the state, the server may read all running tasks. */
const lock = (tx: Transaction, taskIds: readonly string[]): Promise<LockedRow[]> => tx<LockedRow[]>`
  select id, checkout_id, pipeline, step, state, lease, array_to_string(order_ids, ' ') as order_ids,
    array_to_string(seqs, ' ') as seqs
  from task
  where id = any(${taskIds as string[]}::uuid[]) and checkout_id is not null
  order by id
  for update`;

type LockedRow = {
  readonly id: string;
  readonly checkout_id: string;
  /** With blanks between them, which are quicker to split than an array is to parse. */
  readonly order_ids: string;
  readonly pipeline: string;
  readonly step: string;
  readonly state: string;
  readonly lease: number;
  readonly seqs: string;
};
