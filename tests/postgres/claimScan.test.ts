import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { claimTasks } from '../../adapters/postgres/queue/claim.ts';
import { claimJobs } from '../../adapters/postgres/queue/jobs.ts';
import { createScanStarts, type ScanStarts } from '../../adapters/postgres/queue/scanStart.ts';
import { physicalPipeline } from '../../core/pipelines/physical.ts';
import { refundPipeline } from '../../core/pipelines/refund.ts';
import { createTestDatabase, postgresAvailable, type TestDatabase } from '../processes/postgres.ts';
import { createTestWorld } from '../world.ts';
import { connectExplained, type ExplainedConnection } from './explained.ts';

const backlog = 150_000;

/** For each of 500 tasks: its row, its lock, and the index of the orders. A scan of the queue reads fifty times as many. */
const pagesMax = 3_000;

const idOf = (number: number): string => `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`;

/** All newest tasks have been claimed. */
const afterNewest: ScanStarts = {
  scan: (_pipeline, _positionOf, read) =>
    read({ after: { runMs: 0, id: idOf(0) }, newestAfter: { runMs: backlog, id: idOf(backlog) } }),
};

describe.skipIf(!(await postgresAvailable()))('the scan of a claim', () => {
  const world = createTestWorld(10_000_000);
  let database: TestDatabase;
  let connection: ExplainedConnection;

  const query = {
    ...{ pipeline: physicalPipeline, limit: 500, leaseMs: 30_000 },
    ...{ nowMs: world.clock.nowMs(), retryAtMs: () => null },
  };
  const countPages = (pipeline = physicalPipeline): Promise<number> =>
    connection.countPages(() =>
      claimTasks(connection.sql, world, createScanStarts(world.clock), { ...query, pipeline }),
    );

  beforeAll(async () => {
    database = await createTestDatabase();
    connection = await connectExplained(database.url);
    // Their orders do not exist, so a claim locks these tasks and does nothing with them.
    await connection.sql.unsafe(`
      insert into task (id, checkout_id, order_ids, seqs, pipeline, step, state, run_ms)
      select ('00000000-0000-7000-8000-' || lpad(i::text, 12, '0'))::uuid, gen_random_uuid(),
        array[gen_random_uuid()], '{1}', 'physical', 'invoice', 'ready', i
      from generate_series(1, ${backlog}) as i`);
  }, 120_000);
  afterAll(async () => {
    await connection.sql.end();
    await database.drop();
  });

  for (const statistics of ['no statistics', 'fresh statistics'])
    test(`A claim reads only what it takes from both ends of a long queue, with ${statistics}`, async () => {
      if (statistics === 'fresh statistics') await connection.sql`vacuum analyze task`;
      // After some calls the server may use a plan that does not know the values.
      for (let claims = 0; claims < 8; claims++) {
        const pages = await countPages();
        expect(pages).toBeGreaterThan(500);
        expect(pages).toBeLessThan(pagesMax);
      }
    });

  const few = { ...query, limit: 20 };
  const claims = {
    claim: () => claimTasks(connection.sql, world, afterNewest, few),
    'claim of jobs': () =>
      claimJobs(connection.sql, afterNewest, { ...few, pipeline: { ...refundPipeline, name: 'physical' } }),
  };
  for (const [name, claim] of Object.entries(claims))
    test(`A ${name} that has taken the newest tasks before does not read the queue to find that out`, async () => {
      const pages = await connection.countPages(claim);
      expect(pages).toBeGreaterThan(20);
      expect(pages).toBeLessThan(600);
    });

  test('A claim of a pipeline without tasks reads some pages of the index', async () => {
    expect(await countPages({ ...physicalPipeline, name: 'digital' })).toBeLessThan(40);
  });
});
