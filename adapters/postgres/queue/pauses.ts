import { ok } from 'neverthrow';
import {
  type BeginPause,
  type EndedPause,
  isPaused,
  type Pause,
  type PausedStep,
  type Pauses,
  pauseOf,
  pauseTarget,
  probeCheckMs,
  type StepPause,
} from '../../../core/pause.ts';
import { writeActivity } from '../activity/activity.ts';
import { runOneOnce } from '../commandKeys/once.ts';
import { inTransaction, type Sql, type Transaction } from '../connection.ts';
import { orUnavailable } from '../failures.ts';
import { withNestedLoops } from '../nestedLoops.ts';

export const createPauses = (sql: Sql): Pauses => ({
  list: () => orUnavailable(() => listPauses(sql)),

  begin: (command, nowMs) => inTransaction(sql, (tx) => insert(tx, command, nowMs)),

  beginOnce: async ({ commandKey, ...command }, nowMs) => {
    const result = await inTransaction(sql, (tx) =>
      runOneOnce(tx, commandKey, nowMs, async () => ok(await insert(tx, command, nowMs))),
    );
    return result.andThen((each) => each);
  },

  end: (id, nowMs, command) =>
    inTransaction(sql, async (tx) => {
      const ended = await tx<Pause[]>`
        delete from pause where id = ${id} and origin = 'operator' returning ${pauseColumns(tx)}`;
      const due = await tx<Pause[]>`
        update pause set probe_at_ms = least(probe_at_ms, ${nowMs}::bigint)
        where id = ${id} and origin = 'fault' returning ${pauseColumns(tx)}`;
      const found = [...ended, ...due];
      await writeActivity(tx, command, 'pause.end', found.map(pauseTarget), nowMs);
      return found.length > 0;
    }),

  beginForFault: ({ id, pipeline, step, reason, probeAtMs }, nowMs) =>
    orUnavailable(async () => {
      const begun = await sql`
        insert into pause (id, pipeline, step, origin, reason, since_ms, probe_at_ms)
        values (${id}, ${pipeline}, ${step}, 'fault', ${reason}, ${nowMs}, ${probeAtMs})
        on conflict (pipeline, step) where origin = 'fault' do nothing
        returning id`;
      return begun.length > 0;
    }),

  sendProbes: (nowMs, txSteps = []) => sendProbes(sql, nowMs, txSteps),

  finishProbe: ({ pauseId, taskId }, outcome) =>
    inTransaction(sql, async (tx): Promise<EndedPause | null> => {
      if (outcome.kind === 'unavailable') {
        await tx`
          update pause set probe_task_id = null, probe_failures = probe_failures + 1, reason = ${outcome.reason},
            probe_at_ms = ${outcome.probeAtMs}
          where id = ${pauseId} and probe_task_id = ${taskId}`;
        return null;
      }
      const [pause] = await tx<Pause[]>`
        delete from pause where id = ${pauseId} and probe_task_id = ${taskId} returning ${pauseColumns(tx)}`;
      if (pause === undefined) return null;
      const [held] = await tx<{ tasks: number }[]>`
        select count(*) as tasks from task
        where state = 'parked' and pipeline = ${pause.pipeline} and step = ${pause.step}`;
      return { pause, waited: held?.tasks ?? 0 };
    }),

  resume: (limit) => resume(sql, limit),
});

/** The columns of a pause, under the names that core has for them. */
const pauseColumns = (sql: Sql | Transaction) =>
  sql`id, pipeline, step, origin, reason, since_ms as "sinceMs"`;

export const listPauses = async (sql: Sql): Promise<readonly Pause[]> => [
  ...(await sql<Pause[]>`select ${pauseColumns(sql)} from pause order by since_ms, id`),
];

const insert = async (tx: Transaction, command: BeginPause, nowMs: number): Promise<Pause> => {
  const pause = pauseOf(command, nowMs);
  const { id, pipeline, step, origin, reason } = pause;
  await tx`
    insert into pause (id, pipeline, step, origin, reason, since_ms)
    values (${id}, ${pipeline}, ${step}, ${origin}, ${reason}, ${nowMs})`;
  await writeActivity(tx, command.command, 'pause.begin', [pauseTarget(pause)], nowMs);
  return pause;
};

/** See `Pauses.sendProbes`. */
const sendProbes = async (
  sql: Sql,
  nowMs: number,
  txSteps: readonly PausedStep[],
): ReturnType<Pauses['sendProbes']> => {
  // Usually there is no pause. This statement checks it without a transaction.
  const due = await orUnavailable(
    () => sql<{ id: string }[]>`select id from pause where origin = 'fault' and probe_at_ms <= ${nowMs}`,
  );
  if (due.isErr() || due.value.length === 0) return due.map(() => 0);
  return withNestedLoops(sql, async (tx) => {
    // The lock, and the later `probe_at_ms` that goes with it, keep another process from choosing a second probe: it may
    // see the pause as it is now, and the tasks as they were.
    const locked = await tx<{ id: string; pipeline: string; step: string }[]>`
      select id, pipeline, step from pause p
      where id = any(${due.value.map(({ id }) => id)}::uuid[]) and origin = 'fault' and probe_at_ms <= ${nowMs}
        and not exists (
          select from task t
          where t.id = p.probe_task_id and t.step = p.step
            and (t.state = 'running' or (t.state = 'ready' and t.run_ms <= ${nowMs}))
        )
        and not exists (
          select from pause o
          where o.origin = 'operator' and o.pipeline = p.pipeline and (o.step is null or o.step = p.step)
        )
      order by id for update skip locked`;
    let sent = 0;
    for (const pause of locked) {
      const { id, pipeline, step } = pause;
      if (isPaused(txSteps, pause)) {
        await tx`delete from pause where id = ${id}`;
        continue;
      }
      const chosen = await tx`
        with chosen as materialized (
          select id from task
          where state = 'parked' and pipeline = ${pipeline} and step = ${step}
          order by run_ms, id limit 1
          for update skip locked
        ), sent as (
          update task t set state = 'ready', run_ms = ${nowMs}::bigint from chosen c where t.id = any(array[c.id])
        )
        update pause set probe_task_id = c.id, probe_at_ms = ${nowMs + probeCheckMs} from chosen c where pause.id = ${id}
        returning pause.id`;
      sent += chosen.length;
      if (chosen.length === 0) await endWithoutTasks(tx, pause);
    }
    return sent;
  });
};

/** One condition a state, because each state has an index of its own. */
const endWithoutTasks = async (
  tx: Transaction,
  { id, pipeline, step }: PausedStep & { readonly id: string },
): Promise<void> => {
  const isAt = tx`pipeline = ${pipeline} and step = ${step}`;
  await tx`
    delete from pause where id = ${id}
      and not exists (select from task where state = 'parked' and ${isAt})
      and not exists (select from task where state = 'running' and ${isAt})
      and not exists (select from task where state = 'ready' and ${isAt})`;
};

/** See `Pauses.resume`. The steps that have parked tasks are found by jumps in the index, whatever their number. */
const resume = async (sql: Sql, limit: number): ReturnType<Pauses['resume']> => {
  const any = await orUnavailable(() => sql`select from task where state = 'parked' limit 1`);
  if (any.isErr() || any.value.length === 0) return any.map(() => 0);
  return withNestedLoops(sql, async (tx) => {
    const resumed = await tx`
      with recursive steps as (
        (select pipeline, step from task where state = 'parked' order by pipeline, step limit 1)
        union all
        select n.pipeline, n.step from steps s cross join lateral (
          select t.pipeline, t.step from task t
          where t.state = 'parked' and (t.pipeline, t.step) > (s.pipeline, s.step)
          order by t.pipeline, t.step limit 1
        ) n
      ), free as materialized (
        select t.id from steps s cross join lateral (
          select id from task
          where state = 'parked' and pipeline = s.pipeline and step = s.step
          order by run_ms, id limit ${limit}
          for update skip locked
        ) t
        where not exists (
          select from pause p where p.pipeline = s.pipeline and (p.step is null or p.step = s.step)
        )
        limit ${limit}
      )
      update task t set state = 'ready' from free f where t.id = any(array[f.id]) returning t.id`;
    return resumed.length;
  });
};

/** The pauses of single steps that a claim must know, as JSON. Null if there are none. */
export const stepPausesOf = (sql: Sql | Transaction, pipeline: string) => sql`(
  select json_agg(json_build_object('step', step, 'pauseId', id, 'taskId', probe_task_id, 'failures', probe_failures))
  from pause where pipeline = ${pipeline})`;

/** False if the whole pipeline is paused. The server decides it once for a statement. */
export const isPipelineFree = (sql: Sql | Transaction, pipeline: string) =>
  sql`not exists (select from pause where pipeline = ${pipeline} and step is null)`;

/** As `stepPausesOf` reads it. */
export type StepPausesColumn = readonly StepPause[] | null;
