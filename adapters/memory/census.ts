import type { QueueCounts, Task, TaskState } from '../../core/queue.ts';
import type { Tables, TaskRow } from './tables.ts';

const minuteMs = 60_000;

/** See `TaskState`: whether a ready task may be taken is a matter of the time. */
export const stateAt = ({ state, runAtMs }: TaskRow, nowMs: number): TaskState =>
  state === 'ready' && runAtMs > nowMs ? 'waiting' : state;

export const shownAt = (task: TaskRow, nowMs: number): Task => {
  const { lease: _, leaseUntilMs: __, unfulfillable: ___, ...shown } = task;
  return { ...shown, state: stateAt(task, nowMs) };
};

export const countsAt = (tables: Tables, nowMs: number): QueueCounts => {
  const counts = new Map<string, QueueCounts['counts'][number]>();
  let oldestReadyAgeMs = 0;
  for (const task of tables.tasks.values()) {
    const { pipeline, runAtMs } = task;
    const state = stateAt(task, nowMs);
    const key = `${pipeline} ${state}`;
    counts.set(key, { pipeline, state, tasks: (counts.get(key)?.tasks ?? 0) + 1 });
    if (state === 'ready') oldestReadyAgeMs = Math.max(oldestReadyAgeMs, nowMs - runAtMs);
  }
  const lastMinute = [...tables.finished].filter(([atMs]) => atMs > nowMs - minuteMs);
  const finished = lastMinute.reduce((total, [, tasks]) => total + tasks, 0);
  return { counts: [...counts.values()], oldestReadyAgeMs, finishedPerSecond: (finished * 1000) / minuteMs };
};

/** Forgets the counters that no longer count. */
export const pruneFinished = (tables: Tables, nowMs: number): void => {
  for (const atMs of tables.finished.keys()) if (atMs <= nowMs - minuteMs) tables.finished.delete(atMs);
};
