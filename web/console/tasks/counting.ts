import type { Outcome } from '../../shared/outcome.ts';
import type { FailureGroup, Failures, RetryFilter, TasksApi } from './tasksApi.ts';

/** How many tasks match a filter, and the newest of them. A retry up to it retries what was counted. */
export type Count = {
  readonly tasks: number;
  /** Null where nothing matches. */
  readonly upTo: string | null;
  /** There are more than were counted. They are left alone. */
  readonly isCut: boolean;
};

/** The API lists the largest groups up to this number. With fewer, they are all there are. */
const groupsMax = 100;
const pageSize = 100;
/** Tasks that are counted one by one. */
const walkedMax = 10_000;

const matchesGroup = (group: FailureGroup, { pipeline, step, error }: RetryFilter): boolean =>
  (pipeline === null || group.pipeline === pipeline) &&
  (step === null || group.step === step) &&
  (error === null || group.error === error);

/** The failed tasks that a filter means, by the groups. */
export const countInGroups = (failures: Failures, filter: RetryFilter): number =>
  failures.items.filter((group) => matchesGroup(group, filter)).reduce((sum, { tasks }) => sum + tasks, 0);

/** Null if the groups do not say it: there are more groups than are listed. */
const countOfGroups = (failures: Failures, filter: RetryFilter): Count | null => {
  if (failures.items.length >= groupsMax) return null;
  const groups = failures.items.filter((group) => matchesGroup(group, filter));
  // UUIDv7: the newest one is the largest.
  const upTo = groups.reduce<string | null>(
    (newest, { newestTaskId }) => (newest === null || newestTaskId > newest ? newestTaskId : newest),
    null,
  );
  return { tasks: countInGroups(failures, filter), upTo, isCut: false };
};

/**
 * Counts what a retry of all that match would take up. Failed tasks are counted by the shop, in groups. Others are
 * counted page by page, up to a limit; `onCount` is called for each page.
 */
export const countMatching = async (
  api: Pick<TasksApi, 'tasks' | 'failures'>,
  filter: RetryFilter,
  signal: AbortSignal,
  onCount: (tasks: number) => void,
): Promise<Outcome<Count>> => {
  if (filter.state === 'failed') {
    const failures = await api.failures(signal);
    if (failures.kind !== 'ok') return failures;
    const count = countOfGroups(failures.value, filter);
    if (count !== null) return { ...failures, value: count };
  }
  let count: Count = { tasks: 0, upTo: null, isCut: false };
  for (let cursor: string | null = null; ; ) {
    const page: Awaited<ReturnType<TasksApi['tasks']>> = await api.tasks(
      { ...filter, orderId: null, cursor },
      pageSize,
      signal,
    );
    if (page.kind !== 'ok') return page;
    const { items, nextCursor } = page.value;
    const tasks: number = count.tasks + items.length;
    // The list is oldest first, so the last one is the newest.
    count = { tasks, upTo: items.at(-1)?.id ?? count.upTo, isCut: nextCursor !== null && tasks >= walkedMax };
    onCount(tasks);
    if (nextCursor === null || count.isCut) return { ...page, value: count };
    cursor = nextCursor;
  }
};
