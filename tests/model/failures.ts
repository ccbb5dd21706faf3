import {
  type FailureGroup,
  type Failures,
  failureGroupsMax,
  type OperatorQueue,
} from '../../core/operatorQueue.ts';
import { isPaused } from '../../core/pause.ts';
import { matchesFilter } from '../../core/taskFilter.ts';
import { listPauses } from './pauses.ts';
import type { Tables } from './tables.ts';

/** See `OperatorQueue.failures`. */
export const readFailures = (tables: Tables): Failures => {
  const failed = [...tables.tasks.values()].filter(({ state }) => state === 'failed');
  const groups = [
    ...Map.groupBy(failed, ({ pipeline, step, lastError }) =>
      JSON.stringify([pipeline, step, lastError]),
    ).values(),
  ].flatMap((tasks): FailureGroup[] => {
    const newest = tasks.toSorted((one, other) => (one.id < other.id ? 1 : -1))[0];
    if (newest === undefined) return [];
    const { pipeline, step, lastError, id } = newest;
    return [{ pipeline, step, error: lastError ?? '', tasks: tasks.length, newestTaskId: id }];
  });
  const largestFirst = groups.toSorted(
    (one, other) => other.tasks - one.tasks || (one.newestTaskId < other.newestTaskId ? 1 : -1),
  );
  return { groups: largestFirst.slice(0, failureGroupsMax), tasks: failed.length };
};

/** See `OperatorQueue.matchingIds`. */
export const matchingIds = (
  tables: Tables,
  { filter, upTo, after, limit, nowMs }: Parameters<OperatorQueue['matchingIds']>[0],
): readonly string[] =>
  [...tables.tasks.values()]
    .filter((task) => matchesFilter({ ...task, isHeld: isPaused(listPauses(tables), task) }, filter, nowMs))
    .map(({ id }) => id)
    .filter((id) => id <= upTo && (after === null || id > after))
    .toSorted()
    .slice(0, limit);
