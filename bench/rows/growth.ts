import { openPostgresStore } from '../../adapters/postgres/store.ts';
import { createSystemWorld } from '../../adapters/system/system.ts';
import type { Postgres } from '../postgres.ts';
import { spreadOf } from '../rounds.ts';
import type { Contender, Curve, MatchResult, Row, Spread } from '../row.ts';
import { runScript } from '../scripts.ts';
import { placeOrders } from '../shop.ts';
import { matchMonths } from './months.ts';

const backlogs = [1_000, 100_000, 1_000_000];
const shortSeconds = 5;
const heldSeconds = 120;

export const growth: Row = {
  name: 'growth',
  about:
    'how a backlog of tasks, a transaction that is held open, and monthly partitions change what work costs',
  run: async (bench) => {
    const postgres = await bench.postgres();
    const template = 'bench_growth';
    const store = await openPostgresStore(createSystemWorld(), { url: await postgres.create(template) });
    await placeOrders(store, 1, { stock: null });
    await store.close();

    const [smallest, ...larger] = backlogs.map((backlog) =>
      createClaimer(postgres, template, bench.scaleCount(backlog), shortSeconds, false),
    );
    const longSeconds = Math.max(10, bench.scaleCount(heldSeconds));
    const held = createClaimer(postgres, template, bench.scaleCount(100_000), longSeconds, true);
    const free = createClaimer(postgres, template, bench.scaleCount(100_000), longSeconds, false);
    if (smallest === undefined) throw new Error('there is no backlog to measure');
    const common = { unit: 'tasks/s', better: 'more', goal: 0.9 } as const;
    const [largest] = larger.toReversed();
    const backlogMatch = await bench.runMatch({
      ...common,
      name: 'backlog',
      title: 'Claiming tasks before a backlog',
      figure: 'perSecond',
      ours: largest ?? smallest,
      peers: [smallest, ...larger.slice(0, -1)],
    });
    const heldMatch = await bench.runMatch({
      ...common,
      name: 'held',
      title: `Claiming tasks while a transaction is held open for ${longSeconds} s: the last tenth`,
      figure: 'lastPerSecond',
      ours: held,
      peers: [free],
    });
    await postgres.drop(template);
    const monthsMatch = await matchMonths(bench, postgres);
    return {
      matches: [backlogMatch, heldMatch, monthsMatch],
      curves: [backlogCurve(backlogMatch), heldCurve(heldMatch, longSeconds)],
    };
  },
};

const createClaimer = (
  postgres: Postgres,
  template: string,
  backlog: number,
  seconds: number,
  held: boolean,
): Contender => ({
  name: `${backlog.toLocaleString('en')} waiting${held ? ', a transaction held open' : ''}`,
  configuration: { backlog, seconds, held, claimers: 2, batch: 500 },
  round: async () => {
    const url = await postgres.create('bench_claiming', template);
    await postgres.run('checkpoint');
    const figures = await runScript('queue/growth.ts', [url, backlog, seconds, held ? 'held' : 'free']);
    await postgres.drop('bench_claiming');
    return figures;
  },
});

const backlogCurve = ({ ours, peers }: MatchResult): Curve => ({
  name: 'backlog-curve',
  title: 'Claiming tasks as the backlog grows',
  x: { label: 'tasks waiting', logarithmic: true },
  y: { label: 'tasks claimed a second' },
  lines: [
    {
      name: 'Cartwright',
      points: [...peers, ours].map(({ configuration, figures }) => ({
        x: Number(configuration.backlog),
        y: figures.perSecond ?? zero,
      })),
    },
  ],
});

const heldCurve = ({ ours, peers }: MatchResult, seconds: number): Curve => ({
  name: 'held-curve',
  title: 'Claiming tasks while a transaction is held open',
  x: { label: 'seconds of claiming', logarithmic: false },
  y: { label: 'tasks claimed a second' },
  lines: [ours, ...peers].map(({ configuration, figures }) => ({
    name: configuration.held === true ? 'held open' : 'nothing held',
    points: Array.from({ length: 10 }, (_, window) => ({
      x: ((window + 1) * seconds) / 10,
      y: figures[`window${window + 1}`] ?? zero,
    })),
  })),
});

const zero: Spread = spreadOf([0]);
