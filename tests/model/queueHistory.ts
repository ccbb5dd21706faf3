import { taskStateAt } from '../../core/queue.ts';
import {
  countedPipelines,
  type HistoryRow,
  type HistorySlot,
  historyMs,
  historyOf,
  lateMs,
  slotAt,
  slotMs,
} from '../../core/queueHistory.ts';
import { runTransaction, type Tables, type Writes } from './tables.ts';

/** Counts a task that has finished. */
export const countFinished = (tables: Tables, writes: Writes, pipeline: string, nowMs: number): void => {
  const key = `${nowMs} ${pipeline}`;
  const tasks = (tables.finishedTasks.get(key)?.tasks ?? 0) + 1;
  writes.set(tables.finishedTasks, key, { atMs: nowMs, pipeline, tasks });
};

/** See `OperatorQueue.recordHistory`. */
export const recordHistory = (tables: Tables, nowMs: number): void => {
  const endMs = slotAt(nowMs);
  const lastMs = endMs - slotMs;
  const { queueHistory: history } = tables;
  if (countedPipelines.some((pipeline) => (history.get(`${lastMs} ${pipeline}`)?.ready ?? null) !== null))
    return;
  runTransaction((writes) => {
    for (const [key, { atMs }] of history) if (atMs < endMs - historyMs) writes.remove(history, key);
    const write = (row: HistoryRow) => {
      const key = `${row.atMs} ${row.pipeline}`;
      writes.set(history, key, { ...row, ready: history.get(key)?.ready ?? row.ready });
    };
    const finished = new Map<string, HistoryRow>();
    for (const { atMs: finishedMs, pipeline, tasks } of tables.finishedTasks.values()) {
      const atMs = slotAt(finishedMs);
      if (finishedMs < endMs - lateMs || finishedMs >= endMs) continue;
      const before = finished.get(`${atMs} ${pipeline}`)?.finished ?? 0;
      finished.set(`${atMs} ${pipeline}`, { atMs, pipeline, finished: before + tasks, ready: null });
    }
    for (const row of finished.values()) write(row);
    const ready = new Map<string, number>();
    for (const task of tables.tasks.values())
      if (taskStateAt(task, nowMs) === 'ready') ready.set(task.pipeline, (ready.get(task.pipeline) ?? 0) + 1);
    for (const pipeline of countedPipelines) {
      const count = finished.get(`${lastMs} ${pipeline}`)?.finished ?? 0;
      write({ atMs: lastMs, pipeline, finished: count, ready: ready.get(pipeline) ?? 0 });
    }
  });
};

/** See `OperatorQueue.history`. */
export const readHistory = (tables: Tables, nowMs: number): readonly HistorySlot[] =>
  historyOf([...tables.queueHistory.values()], nowMs);
