import { postgresFloor } from '../checkout/shopfloor.ts';
import { oursOnPipelines } from '../pipelines/ours.ts';
import { spreadOf } from '../rounds.ts';
import type { Contender, Curve, MatchResult, Row } from '../row.ts';
import { checkoutsWith } from '../scale/checkouts.ts';

const counts = [1, 2, 4] as const;

export const scale: Row = {
  name: 'scale',
  about: 'what two and four API or worker processes make of it, on the same machine and database',
  run: async (bench) => {
    const postgres = await bench.postgres();
    const crowd = { warmUp: bench.sized(4_000), count: bench.sized(32_000) };
    bench.say(`placing ${crowd.warmUp + crowd.count} orders`);
    const floor = await postgresFloor(postgres, crowd.warmUp + crowd.count);
    const [oneApi, ...moreApis] = counts.map((count) => checkoutsWith(bench, postgres, floor, count, crowd));
    const workers: Contender[] = [];
    for (const count of counts)
      workers.push(await oursOnPipelines(bench, postgres, bench.sized(20_000), count));
    const [oneWorker, ...moreWorkers] = workers;
    if (oneApi === undefined || oneWorker === undefined) throw new Error('there is nothing to measure');

    const common = { figure: 'perSecond', better: 'more', goal: null } as const;
    const checkouts = await bench.match({
      ...common,
      name: 'apis',
      title: 'Checkouts by one, two and four API processes, 64 connections in all',
      unit: 'checkouts/s',
      ours: oneApi,
      peers: moreApis,
    });
    const orders = await bench.match({
      ...common,
      name: 'workers',
      title: 'Paid orders to completed by one, two and four workers',
      unit: 'orders/s',
      ours: oneWorker,
      peers: moreWorkers,
    });
    await postgres.drop(floor.template);
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
