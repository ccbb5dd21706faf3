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
  if ([...history.values()].some(({ atMs, ready }) => atMs === lastMs && ready !== null)) return;
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
    for (const pipeline of countedPipelines) {
      const ready = [...tables.tasks.values()].filter(
        (task) => task.pipeline === pipeline && taskStateAt(task, nowMs) === 'ready',
      );
      const count = finished.get(`${lastMs} ${pipeline}`)?.finished ?? 0;
      write({ atMs: lastMs, pipeline, finished: count, ready: ready.length });
    }
  });
};

/** See `OperatorQueue.history`. */
export const readHistory = (tables: Tables, nowMs: number): readonly HistorySlot[] =>
  historyOf([...tables.queueHistory.values()], nowMs);
