import type { Queue } from '../../../core/queue.ts';
import type { World } from '../../../core/world.ts';
import type { Connection } from '../connection.ts';
import { createClaimTasks } from './claim.ts';
import { createJobQueue } from './jobs.ts';
import { createListTasks, createReadStats } from './read.ts';
import { createReport } from './report.ts';
import { createRescue, createRetry } from './rescue.ts';

export const createQueue = (connection: Connection, world: World): Queue => {
  const { client, read, write } = connection;
  const claim = createClaimTasks(connection, world);
  const report = createReport(connection);
  const jobs = createJobQueue(connection);
  const rescue = createRescue(connection);
  const retry = createRetry(connection);
  const readStats = createReadStats(connection);
  const listTasks = createListTasks(connection);
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
    retry: async (taskIds, nowMs, command) => write(() => retry(taskIds, nowMs, command)),
    stats: async (nowMs) => read(() => readStats(nowMs)),
    tasks: async (query) => read(() => listTasks(query)),
  };
};
