import { postgresStore } from '../../adapters/postgres/store.ts';
import { systemWorld } from '../../adapters/system/system.ts';
import type { Postgres } from '../postgres.ts';
import { spreadOf } from '../rounds.ts';
import type { Contender, Curve, MatchResult, Row, Spread } from '../row.ts';
import { runScript } from '../scripts.ts';
import { placeOrders } from '../shop.ts';

const backlogs = [1_000, 100_000, 1_000_000];
const shortSeconds = 5;
const heldSeconds = 120;

export const growth: Row = {
  name: 'growth',
  about: 'what a backlog of tasks, and a transaction held open beside the queue, make of taking tasks',
  run: async (bench) => {
    const postgres = await bench.postgres();
    const template = 'bench_growth';
    const store = await postgresStore(systemWorld(), { url: await postgres.create(template) });
    await placeOrders(store, 1, { stock: null });
    await store.close();

    const [few, ...more] = backlogs.map((backlog) =>
      taker(postgres, template, bench.sized(backlog), shortSeconds, false),
    );
    const long = Math.max(10, bench.sized(heldSeconds));
    const held = taker(postgres, template, bench.sized(100_000), long, true);
    const free = taker(postgres, template, bench.sized(100_000), long, false);
    if (few === undefined) throw new Error('there is no backlog to measure');
    const common = { unit: 'tasks/s', better: 'more', goal: 0.9 } as const;
    const [most] = more.toReversed();
    const waiting = await bench.match({
      ...common,
      name: 'backlog',
      title: 'Taking tasks with others waiting behind them',
      figure: 'perSecond',
      ours: most ?? few,
      peers: [few, ...more.slice(0, -1)],
    });
    const holding = await bench.match({
      ...common,
      name: 'held',
      title: `Taking tasks beside a transaction held open for ${long} s: the last tenth`,
      figure: 'lastPerSecond',
      ours: held,
      peers: [free],
    });
    await postgres.drop(template);
    return { matches: [waiting, holding], curves: [backlogCurve(waiting), heldCurve(holding, long)] };
  },
};

const taker = (
  postgres: Postgres,
  template: string,
  backlog: number,
  seconds: number,
  held: boolean,
): Contender => ({
  name: `${backlog.toLocaleString('en')} waiting${held ? ', a transaction held open' : ''}`,
  configuration: { backlog, seconds, held, claimers: 2, batch: 500 },
  round: async () => {
    const url = await postgres.create('bench_taking', template);
    await postgres.run('checkpoint');
    const figures = await runScript('queue/growth.ts', [url, backlog, seconds, held ? 'held' : 'free']);
    await postgres.drop('bench_taking');
    return figures;
  },
});

const backlogCurve = ({ ours, peers }: MatchResult): Curve => ({
  name: 'backlog-curve',
  title: 'Taking tasks as the backlog grows',
  x: { label: 'tasks waiting', logarithmic: true },
  y: { label: 'tasks taken a second' },
  lines: [
    {
      name: 'Cartwright',
      points: [...peers, ours].map(({ configuration, figures }) => ({
        x: Number(configuration.backlog),
        y: figures.perSecond ?? nothing,
      })),
    },
  ],
});

const heldCurve = ({ ours, peers }: MatchResult, seconds: number): Curve => ({
  name: 'held-curve',
  title: 'Taking tasks beside a transaction held open',
  x: { label: 'seconds of taking', logarithmic: false },
  y: { label: 'tasks taken a second' },
  lines: [ours, ...peers].map(({ configuration, figures }) => ({
    name: configuration.held === true ? 'held open' : 'nothing held',
    points: Array.from({ length: 10 }, (_, window) => ({
      x: ((window + 1) * seconds) / 10,
      y: figures[`window${window + 1}`] ?? nothing,
    })),
  })),
});

const nothing: Spread = spreadOf([0]);
