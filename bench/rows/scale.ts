import { createPostgresFixture } from '../checkout/fixture.ts';
import { createWorkerContender } from '../pipelines/ours.ts';
import { spreadOf } from '../rounds.ts';
import type { Contender, Curve, MatchResult, Row } from '../row.ts';
import { createScaleContender } from '../scale/checkouts.ts';

const counts = [1, 2, 4] as const;

export const scale: Row = {
  name: 'scale',
  about: 'two and four API or worker processes against one, on the same machine and database',
  run: async (bench) => {
    const postgres = await bench.postgres();
    const load = { warmUp: bench.scaleCount(4_000), count: bench.scaleCount(32_000) };
    bench.progress(`placing ${load.warmUp + load.count} orders`);
    const fixture = await createPostgresFixture(postgres, load.warmUp + load.count);
    const [oneApi, ...moreApis] = counts.map((count) =>
      createScaleContender(bench, postgres, fixture, count, load),
    );
    const workers: Contender[] = [];
    for (const count of counts)
      workers.push(
        await createWorkerContender(bench, postgres, bench.scaleCount(20_000), { processes: count }),
      );
    const [oneWorker, ...moreWorkers] = workers;
    if (oneApi === undefined || oneWorker === undefined) throw new Error('no process count is given');

    const common = { figure: 'perSecond', better: 'more', goal: null } as const;
    const checkouts = await bench.runMatch({
      ...common,
      name: 'apis',
      title: 'Checkouts by one, two and four API processes, 64 connections in all',
      unit: 'checkouts/s',
      ours: oneApi,
      peers: moreApis,
    });
    const orders = await bench.runMatch({
      ...common,
      name: 'workers',
      title: 'Paid orders to completed by one, two and four workers',
      unit: 'orders/s',
      ours: oneWorker,
      peers: moreWorkers,
    });
    await postgres.drop(fixture.template);
    return { matches: [checkouts, orders], curves: [curveOf(checkouts), curveOf(orders)] };
  },
};

const curveOf = ({ name, title, unit, ours, peers }: MatchResult): Curve => ({
  name: `${name}-curve`,
  title,
  x: { label: 'processes', logarithmic: false },
  y: { label: unit },
  lines: [
    {
      name: 'Cartwright',
      points: [ours, ...peers].map(({ configuration, figures }) => ({
        x: Number(configuration.processes),
        y: figures.perSecond ?? spreadOf([0]),
      })),
    },
  ],
});
