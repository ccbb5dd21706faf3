import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openPostgresStore } from '../../adapters/postgres/store.ts';
import { createSystemWorld } from '../../adapters/system/system.ts';
import { vacuum } from '../checkout/fixture.ts';
import { readCounters } from '../counters.ts';
import type { Postgres } from '../postgres.ts';
import type { Bench, Contender, MatchResult, Row, Sample } from '../row.ts';
import { runScript } from '../scripts.ts';
import { claimCheckouts, groupByCheckout, placeOrders } from '../shop.ts';

/** One, because the orders of a checkout share a task. */
const ordersPerCheckout = 1;
const claimers = 2;
const batchSize = 1_000;

export const queue: Row = {
  name: 'queue',
  about: 'no-op tasks, queued and drained by one worker process, against graphile-worker and pg-boss',
  run: async (bench) => {
    const postgres = await bench.postgres();
    const count = bench.scaleCount(150_000);
    await createEmptyTemplate(postgres);
    const jobs = cacheRounds(createJobsContender(postgres, count));
    const orders = cacheRounds(await createOrdersContender(bench, postgres, count));
    const peers = [createGraphile(postgres, count), createPgBoss(postgres, count)].map(cacheRounds);
    const matches: MatchResult[] = [];
    for (const { name, title, figure } of figures) {
      const common = { title, figure, unit: 'tasks/s', better: 'more', peers } as const;
      matches.push(await bench.runMatch({ ...common, name, goal: 3, ours: jobs }));
      matches.push(
        await bench.runMatch({
          ...common,
          name: `${name}-orders`,
          title: `${title}: orders`,
          goal: null,
          ours: orders,
        }),
      );
    }
    await postgres.drop(template);
    await postgres.drop(emptyTemplate);
    return { matches, notes: [jobsNote, ordersNote] };
  },
};

const figures = [
  { name: 'drain', title: 'Draining no-op tasks', figure: 'drainedPerSecond' },
  { name: 'enqueue', title: 'Queueing tasks', figure: 'enqueuedPerSecond' },
];

const jobsNote =
  'Jobs are comparable: an event of a provider is stored with its task, with one commit for each batch. The worker’s own loops, leases and reports then drain the tasks, with a step that does nothing. A job of ours costs two inserted rows (the event, which stays, and its task), a written lease and a deleted row.';

const ordersNote =
  'Orders are not comparable with a bare queue: a task is queued when a paid order is recorded (payment, response, order, history and task in one commit), and draining it writes two history rows and completes the order. The peers only insert a job, and delete or mark it.';

const template = 'bench_claimed';
const emptyTemplate = 'bench_migrated';

const createEmptyTemplate = async (postgres: Postgres): Promise<void> => {
  const store = await openPostgresStore(createSystemWorld(), { url: await postgres.create(emptyTemplate) });
  await store.close();
};

const createJobsContender = (postgres: Postgres, count: number): Contender => ({
  name: 'Cartwright, jobs',
  configuration: { claimers, batch: 500, enqueue: `Inbox.receive, ${batchSize} at a time`, count },
  round: () =>
    measureInDatabase(postgres, emptyTemplate, async (url) => {
      const figures = await runScript('queue/jobs.ts', [url, count, claimers, batchSize]);
      await expectCount(url, 'select count(*) as count from task', 0);
      await expectCount(url, 'select count(*) as count from provider_event', count);
      await expectCount(url, 'select coalesce(sum(tasks), 0) as count from finished_tasks', count);
      return figures;
    }),
});

/** Prepares a template database with claimed orders, whose outcomes only have to be recorded. */
const createOrdersContender = async (bench: Bench, postgres: Postgres, count: number): Promise<Contender> => {
  bench.progress(`placing and claiming ${count} orders`);
  const store = await openPostgresStore(createSystemWorld(), { url: await postgres.create(template) });
  const orders = await placeOrders(store, count, { inARow: ordersPerCheckout, stock: null });
  const claims = [];
  const checkouts = groupByCheckout(orders, ordersPerCheckout);
  for (let at = 0; at < checkouts.length; at += 500)
    claims.push(...(await claimCheckouts(store, checkouts.slice(at, at + 500))));
  await store.close();
  await vacuum(postgres, template);
  const file = join(bench.createFolder(), 'claims.json');
  writeFileSync(file, JSON.stringify(claims));
  return {
    name: 'Cartwright, orders',
    configuration: {
      claimers,
      batch: 500,
      ordersPerCheckout,
      tasksPerTransaction: batchSize,
      count,
    },
    round: () =>
      measureInDatabase(postgres, template, async (url) => {
        const figures = await runScript('queue/ours.ts', [
          url,
          file,
          claimers,
          batchSize / ordersPerCheckout,
        ]);
        await expectCount(url, `select count(*) as count from task`, 0);
        await expectCount(
          url,
          `select count(*) as count from orders where status = 'completed' and seq = 5`,
          count,
        );
        await expectCount(url, `select count(*) as count from order_state where state = 'booked'`, count);
        return figures;
      }),
  };
};

const createGraphile = (postgres: Postgres, count: number): Contender => ({
  name: 'graphile-worker',
  configuration: {
    runtime: `Bun ${Bun.version}`,
    concurrentJobs: 24,
    maxPoolSize: 25,
    'localQueue.size': 500,
    completeJobBatchDelay: 0,
    failJobBatchDelay: 0,
    enqueue: `addJobs, ${batchSize} at a time`,
    count,
  },
  round: () =>
    measureInDatabase(postgres, 'template0', async (url) => {
      const figures = await runScript('peers/graphile.ts', [url, count, batchSize]);
      await expectCount(url, 'select count(*) as count from graphile_worker.jobs', 0);
      return figures;
    }),
});

const createPgBoss = (postgres: Postgres, count: number): Contender => ({
  name: 'pg-boss',
  configuration: {
    runtime: `Bun ${Bun.version}`,
    fetchers: 2,
    batchSize: 500,
    max: 10,
    enqueue: `insert, ${batchSize} at a time`,
    count,
  },
  round: () =>
    measureInDatabase(postgres, 'template0', async (url) => {
      const figures = await runScript('peers/pgboss.ts', [url, count, batchSize]);
      await expectCount(url, `select count(*) as count from pgboss.job where state = 'completed'`, count);
      return figures;
    }),
});

/** Runs the work in a new database and adds the server's WAL and CPU time to its figures. */
const measureInDatabase = async (
  postgres: Postgres,
  from: string,
  work: (url: string) => Promise<Sample>,
): Promise<Sample> => {
  const url = await postgres.create('bench_queue', from);
  await postgres.run('checkpoint');
  const before = await readCounters(postgres);
  const figures = await work(url);
  const after = await readCounters(postgres);
  await postgres.drop('bench_queue');
  return {
    ...figures,
    walMb: (after.walBytes - before.walBytes) / 1e6,
    databaseCpuSeconds: after.cpuSeconds - before.cpuSeconds,
  };
};

const expectCount = async (url: string, query: string, expected: number): Promise<void> => {
  const sql = new Bun.SQL(url, { max: 1 });
  const [row] = await sql.unsafe(query);
  await sql.end();
  if (Number(row?.count) !== expected) throw new Error(`expected ${expected}, got ${row?.count}: ${query}`);
};

/** Remembers each round, because one round measures both figures and each figure has its own match. */
const cacheRounds = (contender: Contender): Contender => {
  const samples = new Map<number, Sample>();
  return {
    ...contender,
    round: async (round) => {
      const cached = samples.get(round);
      const sample = cached ?? (await contender.round(round));
      samples.set(round, sample);
      return sample;
    },
  };
};
