import { describe, expect, test } from 'bun:test';
import { drizzle } from 'drizzle-orm/postgres-js';
import { createQueue } from '../../adapters/postgres/queue/queue.ts';
import type { OperatorQueue } from '../../core/operatorQueue.ts';
import { jobPipelines } from '../../core/pipelines/index.ts';
import { defined, unwrap } from '../contracts/fixture.ts';
import { createTestDatabase, postgresAvailable } from '../processes/postgres.ts';
import { createTestWorld } from '../world.ts';
import { connectExplained } from './explained.ts';

const nowMs = 10_000_000;
const waiting = 5_000;
const limit = 100;

/** For each of a hundred tasks: its steps in some plans. To read all tasks is five thousand rows and more. */
const rowsMax = 3_000;

const pipeline = defined(jobPipelines[0]);
const idOf = (number: number): string => `00000000-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;
const leases = Array.from({ length: limit }, (_, index) => ({ taskId: idOf(index + 1), lease: 1 }));

type Work = {
  readonly name: string;
  readonly run: (queue: OperatorQueue) => Promise<unknown>;
  readonly result: unknown;
  readonly state: 'ready' | 'running' | 'failed';
};

const works: readonly Work[] = [
  {
    name: 'A claim of jobs',
    run: async (queue) => (await unwrap(queue.claimJobs({ pipeline, limit, nowMs, leaseMs: 30_000 }))).length,
    result: limit,
    state: 'ready',
  },
  {
    name: 'A heartbeat',
    run: async (queue) => (await unwrap(queue.heartbeat(leases, nowMs + 30_000))).length,
    result: limit,
    state: 'running',
  },
  {
    name: 'A release of leases',
    run: (queue) => unwrap(queue.release(leases, nowMs)),
    result: undefined,
    state: 'running',
  },
  {
    name: 'A report of jobs',
    run: async (queue) =>
      (
        await unwrap(
          queue.reportJobs(
            leases.map((lease, index) => ({
              ...lease,
              outcome: index % 2 === 0 ? { kind: 'done' } : { kind: 'failed', error: 'refused' },
            })),
            nowMs,
          ),
        )
      ).length,
    result: limit,
    state: 'running',
  },
  {
    name: 'A rescue',
    run: (queue) => unwrap(queue.rescue({ nowMs, crashesMax: 3, limit })),
    result: limit,
    state: 'running',
  },
  {
    name: 'A retry of tasks',
    run: (queue) =>
      unwrap(
        queue.retry(
          leases.map(({ taskId }) => taskId),
          nowMs,
        ),
      ),
    result: limit,
    state: 'failed',
  },
];

describe.skipIf(!(await postgresAvailable()))('the plans for tasks', () => {
  for (const statistics of ['of a new table', 'of an emptied table'])
    for (const calls of [0, 12])
      for (const { name, run, result, state } of works)
        test(`${name} reads no more than its limit, with statistics ${statistics} and after ${calls} calls`, async () => {
          const database = await createTestDatabase();
          const { sql, countRows } = await connectExplained(database.url);
          await sql`alter table task set (autovacuum_enabled = off)`;
          if (statistics === 'of an emptied table') await sql`vacuum analyze task`;
          const queue = createQueue(sql, drizzle(sql), createTestWorld(nowMs));
          // After five calls of a statement, the server may keep its plan.
          for (let count = 0; count < calls; count++) await run(queue);
          await sql.unsafe(`
            insert into task (id, job_id, pipeline, step, state, run_ms, lease, lease_until_ms)
            select ('00000000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, gen_random_uuid(), '${pipeline.name}',
              '${pipeline.steps[0].name}', '${state}', i, 1, ${state === 'running' ? 'i' : 'null'}
            from generate_series(1, ${waiting}) as i`);
          let returned: unknown;
          const rows = await countRows(async () => {
            returned = await run(queue);
          });
          expect(returned).toEqual(result);
          expect(rows).toBeLessThan(rowsMax);
          await sql.end();
          await database.drop();
        });
});
