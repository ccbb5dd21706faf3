import { err, ok } from 'neverthrow';
import {
  type FailureGroup,
  failureGroupsMax,
  failuresMax,
  type OperatorQueue,
} from '../../../core/operatorQueue.ts';
import type { World } from '../../../core/world.ts';
import type { Connection } from '../connection.ts';

/** A slice holds the event loop for some ms; all of `failuresMax` at once took 130. */
const sliceMax = 5_000;

/** After every id. */
const end = 'g';

type SliceGroup = FailureGroup & { readonly oldestTaskId: string };

/** See `OperatorQueue.failures`. Reads slice by slice, newest first, and lets requests in between. */
export const createReadFailures = (
  { client, read }: Connection,
  { yieldToEventLoop }: World,
): OperatorQueue['failures'] => {
  const groupsOf = client.prepare<[string], SliceGroup>(
    `select pipeline, step, coalesce(last_error, '') as error, count(*) as tasks, max(id) as newestTaskId,
       min(id) as oldestTaskId
     from (
       select id, pipeline, step, last_error from task indexed by task_failed
       where state = 'failed' and id < ? order by id desc limit ${sliceMax}
     )
     group by 1, 2, 3`,
  );
  return async () => {
    const groups = new Map<string, FailureGroup>();
    let tasks = 0;
    for (let before = end; tasks < failuresMax; await yieldToEventLoop()) {
      const slice = read(() => groupsOf.all(before));
      if (slice.isErr()) return err(slice.error);
      for (const { oldestTaskId, ...group } of slice.value) {
        const key = JSON.stringify([group.pipeline, group.step, group.error]);
        const newer = groups.get(key);
        groups.set(key, newer === undefined ? group : { ...newer, tasks: newer.tasks + group.tasks });
        tasks += group.tasks;
        if (oldestTaskId < before) before = oldestTaskId;
      }
      if (sum(slice.value) < sliceMax) break;
    }
    return ok({ groups: [...groups.values()].sort(largestFirst).slice(0, failureGroupsMax), tasks });
  };
};

const sum = (groups: readonly SliceGroup[]): number => groups.reduce((total, { tasks }) => total + tasks, 0);

const largestFirst = (one: FailureGroup, other: FailureGroup): number =>
  other.tasks - one.tasks || (one.newestTaskId < other.newestTaskId ? 1 : -1);
