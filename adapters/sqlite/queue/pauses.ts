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
import { createWriteActivity } from '../activity/activity.ts';
import { createRunOnce } from '../commandKeys/once.ts';
import type { Connection } from '../connection.ts';

const pauseColumns = 'id, pipeline, step, origin, reason, since_ms as sinceMs';

export const createPauses = (connection: Connection): Pauses => {
  const { client, read, runStatement, write } = connection;
  const list = createListPauses(connection);
  const begin = createBegin(connection);
  const runOnce = createRunOnce(connection);
  const writeActivity = createWriteActivity(connection);
  const probes = createProbes(connection);
  const resume = createResume(connection);
  const endOfOperator = client.prepare<[string], Pause>(
    `delete from pause where id = ? and origin = 'operator' returning ${pauseColumns}`,
  );
  const probeNow = client.prepare<[number, string], Pause>(
    `update pause set probe_at_ms = min(probe_at_ms, ?) where id = ? and origin = 'fault' returning ${pauseColumns}`,
  );
  const beginForFault = client.prepare<[string, string, string, string, number, number]>(
    `insert into pause (id, pipeline, step, origin, reason, since_ms, probe_at_ms)
     values (?, ?, ?, 'fault', ?, ?, ?) on conflict (pipeline, step) where origin = 'fault' do nothing`,
  );

  return {
    list: async () => read(list),
    begin: async (command, nowMs) => write(() => begin(command, nowMs)),
    beginOnce: async ({ commandKey, ...command }, nowMs) =>
      write(() => runOnce(commandKey, nowMs, () => ok(begin(command, nowMs)))).andThen((result) => result),
    end: async (id, nowMs, command) =>
      write(() => {
        const found = [...endOfOperator.all(id), ...probeNow.all(nowMs, id)];
        writeActivity(command, 'pause.end', found.map(pauseTarget), nowMs);
        return found.length > 0;
      }),
    beginForFault: async ({ id, pipeline, step, reason, probeAtMs }, nowMs) =>
      write(() => beginForFault.run(id, pipeline, step, reason, nowMs, probeAtMs).changes === 1),
    sendProbes: async (nowMs, txSteps = []) => {
      // Checked without the write lock first, because usually there is no pause.
      const due = runStatement(() => probes.areDue(nowMs));
      return due.isErr() || !due.value ? due.map(() => 0) : write(() => probes.send(nowMs, txSteps));
    },
    finishProbe: async (probe, outcome) => write(() => probes.finish(probe, outcome)),
    resume: async (limit) => {
      const any = runStatement(() => resume.isAnyParked());
      return any.isErr() || !any.value ? any.map(() => 0) : write(() => resume.run(limit));
    },
  };
};

export const createListPauses = ({ client }: Pick<Connection, 'client'>): (() => readonly Pause[]) => {
  const select = client.prepare<[], Pause>(`select ${pauseColumns} from pause order by since_ms, id`);
  return () => select.all();
};

const createBegin = (connection: Connection) => {
  const writeActivity = createWriteActivity(connection);
  const insert = connection.client.prepare<[Pause]>(
    `insert into pause (id, pipeline, step, origin, reason, since_ms)
     values ($id, $pipeline, $step, $origin, $reason, $sinceMs)`,
  );
  return (command: BeginPause, nowMs: number): Pause => {
    const pause = pauseOf(command, nowMs);
    insert.run(pause);
    writeActivity(command.command, 'pause.begin', [pauseTarget(pause)], nowMs);
    return pause;
  };
};

type DueProbe = PausedStep & { readonly id: string };

/** Each function but `areDue` runs in the caller's transaction. */
const createProbes = ({ client }: Connection) => {
  const isDue = client
    .prepare<[number], number>(`select 1 from pause where origin = 'fault' and probe_at_ms <= ? limit 1`)
    .pluck();
  const due = client.prepare<[number, number], DueProbe>(
    `select id, pipeline, step from pause p
     where origin = 'fault' and probe_at_ms <= ?
       and not exists (
         select 1 from task t
         where t.id = p.probe_task_id and t.step = p.step
           and (t.state = 'running' or (t.state = 'ready' and t.run_ms <= ?))
       )
       and not exists (
         select 1 from pause o
         where o.origin = 'operator' and o.pipeline = p.pipeline and (o.step is null or o.step = p.step)
       )`,
  );
  const oldest = client
    .prepare<[string, string], string>(
      `select id from task where state = 'parked' and pipeline = ? and step = ? order by run_ms, id limit 1`,
    )
    .pluck();
  const makeReady = client.prepare<[number, string]>(
    `update task set state = 'ready', run_ms = ? where id = ?`,
  );
  const setProbe = client.prepare<[string, number, string]>(
    'update pause set probe_task_id = ?, probe_at_ms = ? where id = ?',
  );
  const fail = client.prepare<[string, number, string, string]>(
    `update pause set probe_task_id = null, probe_failures = probe_failures + 1, reason = ?, probe_at_ms = ?
     where id = ? and probe_task_id = ?`,
  );
  const end = client.prepare<[string, string], Pause>(
    `delete from pause where id = ? and probe_task_id = ? returning ${pauseColumns}`,
  );
  const drop = client.prepare<[string]>('delete from pause where id = ?');
  // One condition a state, because each state has an index of its own.
  const endWithoutTasks = client.prepare<[DueProbe]>(
    `delete from pause where id = $id
       and not exists (select 1 from task where state = 'parked' and pipeline = $pipeline and step = $step)
       and not exists (select 1 from task where state = 'running' and pipeline = $pipeline and step = $step)
       and not exists (select 1 from task where state = 'ready' and pipeline = $pipeline and step = $step)`,
  );
  const countParked = client
    .prepare<[string, string | null], number>(
      `select count(*) from task where state = 'parked' and pipeline = ? and step = ?`,
    )
    .pluck();

  return {
    areDue: (nowMs: number): boolean => isDue.get(nowMs) !== undefined,
    send: (nowMs: number, txSteps: readonly PausedStep[]): number => {
      let sent = 0;
      for (const pause of due.all(nowMs, nowMs)) {
        const { id, pipeline, step } = pause;
        if (isPaused(txSteps, pause)) {
          drop.run(id);
          continue;
        }
        const taskId = oldest.get(pipeline, step);
        if (taskId === undefined) {
          endWithoutTasks.run(pause);
          continue;
        }
        makeReady.run(nowMs, taskId);
        setProbe.run(taskId, nowMs + probeCheckMs, id);
        sent++;
      }
      return sent;
    },
    finish: (...[{ pauseId, taskId }, outcome]: Parameters<Pauses['finishProbe']>): EndedPause | null => {
      if (outcome.kind === 'unavailable') {
        fail.run(outcome.reason, outcome.probeAtMs, pauseId, taskId);
        return null;
      }
      const pause = end.get(pauseId, taskId);
      if (pause === undefined) return null;
      return { pause, waited: countParked.get(pause.pipeline, pause.step) ?? 0 };
    },
  };
};

const createResume = ({ client }: Connection) => {
  const isAny = client.prepare<[], number>(`select 1 from task where state = 'parked' limit 1`).pluck();
  // The steps that have parked tasks are found by jumps in the index, whatever their number.
  const nextStep = client.prepare<[string, string], PausedStep>(
    `select pipeline, step from task where state = 'parked' and (pipeline, step) > (?, ?)
     order by pipeline, step limit 1`,
  );
  const isHeld = client
    .prepare<[string, string], number>(
      'select 1 from pause where pipeline = ? and (step is null or step = ?) limit 1',
    )
    .pluck();
  const makeReady = client.prepare<[string, string, number]>(
    `update task set state = 'ready' where id in (
       select id from task where state = 'parked' and pipeline = ? and step = ? order by run_ms, id limit ?
     )`,
  );
  return {
    isAnyParked: (): boolean => isAny.get() !== undefined,
    /** Runs in the caller's transaction. */
    run: (limit: number): number => {
      let resumed = 0;
      let key = nextStep.get('', '');
      for (; key !== undefined && resumed < limit; key = nextStep.get(key.pipeline, key.step)) {
        const { pipeline, step } = key;
        if (isHeld.get(pipeline, step) === undefined)
          resumed += makeReady.run(pipeline, step, limit - resumed).changes;
      }
      return resumed;
    },
  };
};

/** The pauses of single steps of the task's pipeline, as JSON. SQLite evaluates it once for a statement. */
export const stepPausesColumn = `(
  select json_group_array(
    json_object('step', step, 'pauseId', id, 'taskId', probe_task_id, 'failures', probe_failures)
  ) from pause where pipeline = $pipeline) as pauses`;

/** False if the whole pipeline is paused. */
export const isPipelineFree = 'not exists (select 1 from pause where pipeline = $pipeline and step is null)';

export const readStepPauses = (json: string | undefined): readonly StepPause[] =>
  json === undefined || json === '[]' ? [] : JSON.parse(json);
