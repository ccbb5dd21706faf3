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
  const take = createClaimTasks(connection, world);
  const settle = createReport(connection);
  const jobs = createJobQueue(connection);
  const rescue = createRescue(connection);
  const retry = createRetry(connection);
  const counts = createReadStats(connection);
  const tasks = createListTasks(connection);
  const extend = client.prepare<[number, string, number]>(
    `update task set lease_until_ms = ? where id = ? and lease = ? and state = 'running'`,
  );
  const giveBack = client.prepare<[string, number]>(
    `update task set state = 'ready', lease = lease + 1, lease_until_ms = null
     where id = ? and lease = ? and state = 'running'`,
  );

  return {
    claim: async (query) => take(query),
    claimJobs: async (query) => jobs.take(query),
    heartbeat: async (leases, untilMs) =>
      write(() => {
        const held = leases.filter(({ taskId, lease }) => extend.run(untilMs, taskId, lease).changes === 1);
        return [...new Set(held.map(({ taskId }) => taskId))];
      }),
    report: async (reports, nowMs) => write(() => settle(reports, nowMs)),
    reportJobs: async (reports, nowMs) => write(() => jobs.settle(reports, nowMs)),
    release: async (leases) =>
      write(() => {
        for (const { taskId, lease } of leases) giveBack.run(taskId, lease);
      }),
    rescue: async (query) => rescue(query),
    retry: async (taskIds, nowMs) => write(() => retry(taskIds, nowMs)),
    stats: async (nowMs) => read(() => counts(nowMs)),
    tasks: async (query) => read(() => tasks(query)),
  };
};
