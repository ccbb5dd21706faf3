import { ok } from 'neverthrow';
import type { OperatorQueue } from '../../../core/operatorQueue.ts';
import type { World } from '../../../core/world.ts';
import type { Connection } from '../connection.ts';
import { createClaimTasks } from './claim.ts';
import { createReadFailures } from './failures.ts';
import { createQueueHistory } from './history.ts';
import { createJobQueue } from './jobs.ts';
import { createListMatchingIds, createListTasks, createReadStats } from './read.ts';
import { createReport } from './report.ts';
import { createRescue, createRetry } from './rescue.ts';
import { createSkip } from './skip.ts';

export const createQueue = (connection: Connection, world: World): OperatorQueue => {
  const { client, read, runStatement, write } = connection;
  const history = createQueueHistory(connection);
  const claim = createClaimTasks(connection, world);
  const report = createReport(connection);
  const jobs = createJobQueue(connection);
  const rescue = createRescue(connection);
  const retry = createRetry(connection);
  const skip = createSkip(connection);
  const readStats = createReadStats(connection);
  const listTasks = createListTasks(connection);
  const listMatchingIds = createListMatchingIds(connection);
  const extendLease = client.prepare<[number, string, number]>(
    `update task set lease_until_ms = ? where id = ? and lease = ? and state = 'running'`,
  );
  const release = client.prepare<[string, number]>(
    `update task set state = 'ready', lease = lease + 1, lease_until_ms = null
     where id = ? and lease = ? and state = 'running'`,
  );

  return {
    claim: async (query) => claim(query),
    claimJobs: async (query) => jobs.claim(query),
    heartbeat: async (leases, untilMs) =>
      write(() => {
        const extended = leases.filter(
          ({ taskId, lease }) => extendLease.run(untilMs, taskId, lease).changes === 1,
        );
        return [...new Set(extended.map(({ taskId }) => taskId))];
      }),
    report: async (reports, nowMs) => write(() => report(reports, nowMs)),
    reportJobs: async (reports, nowMs) => write(() => jobs.report(reports, nowMs)),
    release: async (leases) =>
      write(() => {
        for (const { taskId, lease } of leases) release.run(taskId, lease);
      }),
    rescue: async (query) => rescue(query),
    retry: async (...named) => write(() => retry(...named)),
    skip: async (...request) => write(() => skip(...request)).andThen((skipped) => skipped),
    stats: async (nowMs) => read(() => readStats(nowMs)),
    tasks: async (query) => read(() => listTasks(query)),
    history: async (nowMs) => read(() => history.read(nowMs)),
    recordHistory: async (nowMs) =>
      // Checked without the write lock first, because several workers may ask.
      runStatement(() => history.isDue(nowMs)).andThen((isDue) =>
        isDue ? write(() => history.record(nowMs)) : ok(undefined),
      ),
    failures: createReadFailures(connection, world),
    matchingIds: async (query) => read(() => listMatchingIds(query)),
  };
};
