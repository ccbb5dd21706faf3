import { createId } from '../../shared/ids.ts';
import type { Console } from '../console.ts';
import { createRetryRuns, type RetryRuns } from './retryRun.ts';
import { createTasksApi } from './tasksApi.ts';

const made = new WeakMap<Console, { readonly customerId: string; readonly runs: RetryRuns }>();

/** The retries of who is signed in. They go on while the operator looks at other pages. */
export const retryRunsOf = (site: Console): RetryRuns => {
  const customerId = site.account.session.value?.customerId ?? '';
  const known = made.get(site);
  if (known?.customerId === customerId) return known.runs;
  const runs = createRetryRuns(
    {
      api: createTasksApi(site.call),
      shared: site.shared,
      cell: site.cells.create,
      pause: site.pause,
      newId: () => createId(),
    },
    customerId,
  );
  made.set(site, { customerId, runs });
  runs.find();
  return runs;
};
