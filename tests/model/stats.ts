import { isPaused } from '../../core/pause.ts';
import {
  finishedRetentionMs,
  finishedWindowMs,
  perSecond,
  type QueueStats,
  type Task,
  type TaskState,
  taskStateAt,
} from '../../core/queue.ts';
import { listPauses } from './pauses.ts';
import type { Tables, TaskRow } from './tables.ts';

export const shownAt = (tables: Tables, task: TaskRow, nowMs: number): Task => {
  const { lease: _, leaseUntilMs: __, traceparent: ___, ...shown } = task;
  return { ...shown, state: shownState(tables, task, nowMs) };
};

export const shownState = (tables: Tables, task: TaskRow, nowMs: number): TaskState =>
  taskStateAt({ ...task, isHeld: isPaused(listPauses(tables), task) }, nowMs);

export const readStats = (tables: Tables, nowMs: number): QueueStats => {
  const counts = new Map<string, QueueStats['counts'][number]>();
  const oldest = new Map<string, number>();
  for (const task of tables.tasks.values()) {
    const { pipeline, runAtMs } = task;
    const state = shownState(tables, task, nowMs);
    const key = `${pipeline} ${state}`;
    counts.set(key, { pipeline, state, tasks: (counts.get(key)?.tasks ?? 0) + 1 });
    if (state === 'ready') oldest.set(pipeline, Math.max(oldest.get(pipeline) ?? 0, nowMs - runAtMs));
  }
  const lastMinute = [...tables.finishedTasks.values()].filter(({ atMs }) => atMs > nowMs - finishedWindowMs);
  const finished = lastMinute.reduce((total, { tasks }) => total + tasks, 0);
  return {
    counts: [...counts.values()],
    oldestReadyAgeMs: Math.max(0, ...oldest.values()),
    oldestReady: [...oldest].map(([pipeline, ageMs]) => ({ pipeline, ageMs })),
    finishedPerSecond: perSecond(finished),
    pauses: listPauses(tables),
  };
};

/** Deletes counters that are older than `finishedRetentionMs`. */
export const pruneFinished = (tables: Tables, nowMs: number): void => {
  for (const [key, { atMs }] of tables.finishedTasks)
    if (atMs < nowMs - finishedRetentionMs) tables.finishedTasks.delete(key);
};
