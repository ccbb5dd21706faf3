import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { postgresStore } from '../../adapters/postgres/store.ts';
import { systemWorld } from '../../adapters/system/system.ts';
import { vacuum } from '../checkout/shopfloor.ts';
import { countersOf } from '../counters.ts';
import type { Postgres } from '../postgres.ts';
import type { Bench, Contender, MatchResult, Row, Sample } from '../row.ts';
import { runScript } from '../scripts.ts';
import { cartsOf, claimCarts, placeOrders } from '../shop.ts';

const cart = 100;
const claimers = 2;
const together = 1_000;

export const queue: Row = {
  name: 'queue',
  about: 'no-op tasks, queued and drained by one worker process, against graphile-worker and pg-boss',
  run: async (bench) => {
    const postgres = await bench.postgres();
    const count = bench.sized(150_000);
    await empty(postgres);
    const bare = remembering(jobs(postgres, count));
    const orders = remembering(await prepared(bench, postgres, count));
    const peers = [graphile(postgres, count), pgboss(postgres, count)].map(remembering);
    const matches: MatchResult[] = [];
    for (const { name, title, figure } of figures) {
      const common = { title, figure, unit: 'tasks/s', better: 'more', peers } as const;
      matches.push(await bench.match({ ...common, name, goal: 3, ours: bare }));
      matches.push(
        await bench.match({
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
    return { matches, notes: [likeForLike, fineness] };
  },
};

const figures = [
  { name: 'drain', title: 'Draining no-op tasks', figure: 'drainedPerSecond' },
  { name: 'enqueue', title: 'Queueing tasks', figure: 'enqueuedPerSecond' },
];

const likeForLike =
  'Like for like are jobs: an event of a provider is taken in with its task, one commit for each batch, and the worker’s own loops, leases and reports drain it in a step that does nothing. A job of ours is two rows when it is queued (the event, which stays, and its task), a written lease, and a deleted row.';

const fineness =
  'The matches of orders are not of a bare queue: to queue a task is to settle a paid order (payment, answer, order, history and task in one commit), and draining it writes two rows of history and completes the order. The peers only insert and delete or mark a job.';

const template = 'bench_claimed';
const emptyTemplate = 'bench_migrated';

const empty = async (postgres: Postgres): Promise<void> => {
  const store = await postgresStore(systemWorld(), { url: await postgres.create(emptyTemplate) });
  await store.close();
};

const jobs = (postgres: Postgres, count: number): Contender => ({
  name: 'Cartwright, jobs',
  configuration: { claimers, batch: 500, enqueue: `Inbox.receive, ${together} at once`, count },
  round: () =>
    inDatabase(postgres, emptyTemplate, async (url) => {
      const figures = await runScript('queue/jobs.ts', [url, count, claimers, together]);
      await mustBe(url, 'select count(*) as count from task', 0);
      await mustBe(url, 'select count(*) as count from provider_event', count);
      await mustBe(url, 'select coalesce(sum(tasks), 0) as count from finished', count);
      return figures;
    }),
});

/** Orders that are claimed and only have to be settled, in a database to copy from. */
const prepared = async (bench: Bench, postgres: Postgres, count: number): Promise<Contender> => {
  bench.say(`placing and claiming ${count} orders`);
  const store = await postgresStore(systemWorld(), { url: await postgres.create(template) });
  const orders = await placeOrders(store, count, { inARow: cart, stock: null });
  const claims = [];
  const carts = cartsOf(orders, cart);
  for (let at = 0; at < carts.length; at += 10)
    claims.push(...(await claimCarts(store, carts.slice(at, at + 10))));
  await store.close();
  await vacuum(postgres, template);
  const file = join(bench.folder(), 'claims.json');
  writeFileSync(file, JSON.stringify(claims));
  return {
    name: 'Cartwright, orders',
    configuration: { claimers, batch: 500, ordersACart: cart, tasksASettlement: together, count },
    round: () =>
      inDatabase(postgres, template, async (url) => {
        const figures = await runScript('queue/ours.ts', [url, file, claimers, together / cart]);
        await mustBe(url, `select count(*) as count from task`, 0);
        await mustBe(
          url,
          `select count(*) as count from orders where status = 'completed' and seq = 5`,
          count,
        );
        await mustBe(url, `select count(*) as count from order_state where state = 'stock_reserved'`, count);
        return figures;
      }),
  };
};

const graphile = (postgres: Postgres, count: number): Contender => ({
  name: 'graphile-worker',
  configuration: {
    runtime: `Bun ${Bun.version}`,
    concurrentJobs: 24,
    maxPoolSize: 25,
    'localQueue.size': 500,
    completeJobBatchDelay: 0,
    failJobBatchDelay: 0,
    enqueue: `addJobs, ${together} at once`,
    count,
  },
  round: () =>
    inDatabase(postgres, 'template0', async (url) => {
      const figures = await runScript('peers/graphile.ts', [url, count, together]);
      await mustBe(url, 'select count(*) as count from graphile_worker.jobs', 0);
      return figures;
    }),
});

const pgboss = (postgres: Postgres, count: number): Contender => ({
  name: 'pg-boss',
  configuration: {
    runtime: `Bun ${Bun.version}`,
    fetchers: 2,
    batchSize: 500,
    max: 10,
    enqueue: `insert, ${together} at once`,
    count,
  },
  round: () =>
    inDatabase(postgres, 'template0', async (url) => {
      const figures = await runScript('peers/pgboss.ts', [url, count, together]);
      await mustBe(url, `select count(*) as count from pgboss.job where state = 'completed'`, count);
      return figures;
    }),
});

/** In a fresh database, with what the server did meanwhile for each task. */
const inDatabase = async (
  postgres: Postgres,
  from: string,
  work: (url: string) => Promise<Sample>,
): Promise<Sample> => {
  const url = await postgres.create('bench_queue', from);
  await postgres.run('checkpoint');
  const before = await countersOf(postgres);
  const figures = await work(url);
  const after = await countersOf(postgres);
  await postgres.drop('bench_queue');
  return {
    ...figures,
    walMb: (after.walBytes - before.walBytes) / 1e6,
    databaseCpuSeconds: after.cpuSeconds - before.cpuSeconds,
  };
};

const mustBe = async (url: string, query: string, wanted: number): Promise<void> => {
  const sql = new Bun.SQL(url, { max: 1 });
  const [row] = await sql.unsafe(query);
  await sql.end();
  if (Number(row?.count) !== wanted) throw new Error(`${query}: ${row?.count}, and not ${wanted}`);
};

/** One round gives both figures: the second match is told what the first has measured. */
const remembering = (contender: Contender): Contender => {
  const samples = new Map<number, Sample>();
  return {
    ...contender,
    round: async (round) => {
      const known = samples.get(round);
      const sample = known ?? (await contender.round(round));
      samples.set(round, sample);
      return sample;
    },
  };
};
