import { createWorkerContender } from '../pipelines/ours.ts';
import type { Postgres } from '../postgres.ts';
import type { Contender, Row } from '../row.ts';
import { runScript } from '../scripts.ts';

export const pipelines: Row = {
  name: 'pipelines',
  about:
    'paid orders through the four steps of the physical pipeline, whose mail is done at once, against DBOS workflows of 3 no-op steps',
  run: async (bench) => {
    const postgres = await bench.postgres();
    const match = await bench.runMatch({
      name: 'physical',
      title: 'From paid to completed: 4 steps, no mail is sent',
      figure: 'perSecond',
      unit: 'orders/s',
      better: 'more',
      goal: 40,
      ours: await createWorkerContender(bench, postgres, bench.scaleCount(60_000), { mails: 'none' }),
      peers: [createDbos(postgres, bench.scaleCount(3_000))],
    });
    return { matches: [match] };
  },
};

export const pipelinesWithMails: Row = {
  name: 'pipelines-with-mails',
  about:
    'paid orders through the physical pipeline, each with a mail and its invoice over SMTP, against DBOS workflows of 3 no-op steps',
  run: async (bench) => {
    const postgres = await bench.postgres();
    const match = await bench.runMatch({
      name: 'physical',
      title: 'From paid to completed: 4 steps, one of them a mail with its invoice',
      figure: 'perSecond',
      unit: 'orders/s',
      better: 'more',
      goal: null,
      ours: await createWorkerContender(bench, postgres, bench.scaleCount(30_000)),
      peers: [createDbos(postgres, bench.scaleCount(3_000))],
    });
    return { matches: [match] };
  },
};

const inFlight = 100;
const poolSize = 20;

const createDbos = (postgres: Postgres, count: number): Contender => ({
  name: 'DBOS, 3 no-op steps',
  configuration: {
    runtime: `Bun ${Bun.version}`,
    start: `DBOS.startWorkflow, ${inFlight} in flight`,
    systemDatabasePoolSize: poolSize,
    count,
  },
  round: async () => {
    const url = await postgres.create('bench_dbos');
    const figures = await runScript('peers/dbos.ts', [url, count, inFlight, poolSize]);
    const sql = new Bun.SQL(url, { max: 1 });
    const [row] = await sql`select count(*) as count from dbos.workflow_status where status = 'SUCCESS'`;
    await sql.end();
    await postgres.drop('bench_dbos');
    if (Number(row.count) !== count) throw new Error(`${row.count} of ${count} workflows succeeded`);
    return figures;
  },
});
