import { ok } from 'neverthrow';
import {
  type BeginPause,
  isPaused,
  type Pause,
  type Pauses,
  pauseOf,
  pauseTarget,
  probeCheckMs,
  type StepPause,
} from '../../core/pause.ts';
import { writeActivity } from './activity.ts';
import { runOnce } from './commandKeys.ts';
import {
  type PauseRow,
  rowsWhere,
  runTransaction,
  type Tables,
  type TaskRow,
  type Writes,
} from './tables.ts';
import { updateTask } from './transitions.ts';

export const createPauses = (tables: Tables): Pauses => ({
  list: async () => ok(listPauses(tables)),

  begin: async (command, nowMs) => ok(runTransaction((writes) => begin(tables, writes, command, nowMs))),

  beginOnce: async ({ commandKey, ...command }, nowMs) =>
    runTransaction((writes) =>
      runOnce(tables, writes, commandKey, nowMs, () => ok(begin(tables, writes, command, nowMs))),
    ),

  end: async (id, nowMs, command) => {
    const row = tables.pauses.get(id);
    if (row === undefined) return ok(false);
    runTransaction((writes) => {
      if (row.pause.origin === 'operator') writes.remove(tables.pauses, id);
      else writes.set(tables.pauses, id, { ...row, probeAtMs: Math.min(row.probeAtMs, nowMs) });
      writeActivity(tables, writes, command, 'pause.end', [pauseTarget(row.pause)], nowMs);
    });
    return ok(true);
  },

  beginForFault: async ({ probeAtMs, ...fault }, nowMs) => {
    const { pipeline, step } = fault;
    const known = [...tables.pauses.values()].some(
      ({ pause }) => pause.origin === 'fault' && isPaused([pause], { pipeline, step }),
    );
    if (known) return ok(false);
    const pause = { ...fault, origin: 'fault', sinceMs: nowMs } as const;
    tables.pauses.set(fault.id, { pause, probeAtMs, probeTaskId: null, failures: 0 });
    return ok(true);
  },

  sendProbes: async (nowMs, txSteps = []) => {
    let sent = 0;
    if (tables.pauses.size === 0) return ok(sent);
    runTransaction((writes) => {
      for (const [id, row] of tables.pauses) {
        const { pipeline, step } = row.pause;
        if (row.pause.origin === 'fault' && isPaused(txSteps, { pipeline, step: step ?? '' }))
          writes.remove(tables.pauses, id);
        const task = parkedTasks(tables).find((each) => isPaused([row.pause], each));
        if (!tables.pauses.has(id) || !isProbeDue(tables, row, nowMs)) continue;
        if (task === undefined) {
          if (!hasUnfinishedTasks(tables, row.pause)) writes.remove(tables.pauses, id);
          continue;
        }
        updateTask(tables, writes, task.id, { state: 'ready', runAtMs: nowMs });
        writes.set(tables.pauses, id, { ...row, probeTaskId: task.id, probeAtMs: nowMs + probeCheckMs });
        sent++;
      }
    });
    return ok(sent);
  },

  finishProbe: async ({ pauseId, taskId }, outcome) => {
    const row = tables.pauses.get(pauseId);
    if (row === undefined || row.probeTaskId !== taskId) return ok(null);
    if (outcome.kind === 'over') {
      tables.pauses.delete(pauseId);
      const waited = parkedTasks(tables).filter((task) => isPaused([row.pause], task)).length;
      return ok({ pause: row.pause, waited });
    }
    const { reason, probeAtMs } = outcome;
    const failures = row.failures + 1;
    tables.pauses.set(pauseId, { pause: { ...row.pause, reason }, probeAtMs, probeTaskId: null, failures });
    return ok(null);
  },

  resume: async (limit) => {
    const parked = parkedTasks(tables);
    if (parked.length === 0) return ok(0);
    const pauses = listPauses(tables);
    const free = parked.filter((task) => !isPaused(pauses, task));
    const resumed = free.slice(0, limit);
    runTransaction((writes) => {
      for (const { id } of resumed) updateTask(tables, writes, id, { state: 'ready' });
    });
    return ok(resumed.length);
  },
});

const isProbeDue = (tables: Tables, { pause, probeAtMs, probeTaskId }: PauseRow, nowMs: number): boolean => {
  if (pause.origin !== 'fault' || probeAtMs > nowMs) return false;
  const { pipeline, step } = pause;
  const operators = listPauses(tables).filter(({ origin }) => origin === 'operator');
  if (isPaused(operators, { pipeline, step: step ?? '' })) return false;
  const probe = tables.tasks.get(probeTaskId ?? '');
  if (probe === undefined || probe.step !== step) return true;
  return probe.state !== 'running' && !(probe.state === 'ready' && probe.runAtMs <= nowMs);
};

const hasUnfinishedTasks = (tables: Tables, pause: Pause): boolean =>
  [...tables.tasks.values()].some(
    (task) => ['ready', 'running', 'parked'].includes(task.state) && isPaused([pause], task),
  );

/** The longest ready first. */
const parkedTasks = (tables: Tables): readonly TaskRow[] =>
  rowsWhere(tables.tasks, ({ state }) => state === 'parked').sort(
    (one, other) => one.runAtMs - other.runAtMs || (one.id < other.id ? -1 : 1),
  );

export const listPauses = (tables: Tables): readonly Pause[] =>
  [...tables.pauses.values()].map(({ pause }) => pause).sort((one, other) => one.sinceMs - other.sinceMs);

/** The pauses of single steps that a claim must know. */
export const stepPausesIn = (tables: Tables, pipeline: string): readonly StepPause[] =>
  rowsWhere(tables.pauses, ({ pause }) => pause.pipeline === pipeline).flatMap(
    ({ pause: { id: pauseId, step }, probeTaskId: taskId, failures }) =>
      step === null ? [] : [{ pauseId, step, taskId, failures }],
  );

const begin = (tables: Tables, writes: Writes, command: BeginPause, nowMs: number): Pause => {
  const pause = pauseOf(command, nowMs);
  writes.set(tables.pauses, pause.id, { pause, probeAtMs: 0, probeTaskId: null, failures: 0 });
  writeActivity(tables, writes, command.command, 'pause.begin', [pauseTarget(pause)], nowMs);
  return pause;
};
