import type { Bench, Curve, MatchResult, Row } from '../row.ts';
import { kinds } from './classes.ts';
import { type Floor, peersFloor, searchFloor } from './floor.ts';
import { contender, ours, type PageNumber, peers } from './sides.ts';

const sizes = [100_000, 1_000_000];

export const search: Row = {
  name: 'search',
  about: 'an operator’s newest 20 orders for a word, however common it is, as the orders grow',
  run: async (bench) => {
    const postgres = await bench.postgres();
    const matches: MatchResult[] = [];
    for (const size of sizes) {
      const floor = await searchFloor(bench, bench.sized(size));
      await peersFloor(bench, floor);
      for (const page of [1, 50] as const) matches.push(await matchOn(bench, floor, page, peers));
      await postgres.drop(floor.name);
    }
    return { matches, curves: [kindCurve(matches), sideCurve(matches)], notes: [noRum] };
  },
};

/** By itself, since it takes a quarter of an hour and 15 GB of disk, most of it to write the orders. */
export const vast: Row = {
  name: 'vast',
  about: 'the same at ten million orders, without the peers',
  run: async (bench) => {
    const postgres = await bench.postgres();
    const floor = await searchFloor(bench, bench.sized(10_000_000));
    const matches = [await matchOn(bench, floor, 1, []), await matchOn(bench, floor, 50, [])];
    await postgres.drop(floor.name);
    return { matches };
  },
};

const noRum =
  'RUM is not measured: it is no part of PostgreSQL, and the binaries that the bench brings lack it.';

const matchOn = (bench: Bench, floor: Floor, page: PageNumber, sides: typeof peers): Promise<MatchResult> =>
  bench.match({
    name: `${floor.orders}-page-${page}`,
    title: `The slowest kind of search, ${floor.orders.toLocaleString('en')} orders, page ${page}`,
    figure: 'slowestP50Ms',
    unit: 'ms, p50',
    better: 'less',
    goal: floor.orders >= 1_000_000 && sides.length > 0 ? 8 : null,
    limits: [
      { figure: 'slowestP50Ms', most: 3 },
      { figure: 'mostPages', most: 2_000 },
    ],
    ours: contender(bench, floor, ours, page),
    peers: sides.map((side) => contender(bench, floor, side, page)),
  });

const ordersOf = ({ ours }: MatchResult): number => Number(ours.configuration.orders);

const isFirst = ({ ours }: MatchResult): boolean => ours.configuration.page === 1;

const kindCurve = (matches: readonly MatchResult[]): Curve => ({
  name: 'kinds',
  title: 'Each kind of search as the orders grow, first page',
  x: { label: 'orders', logarithmic: true },
  y: { label: 'ms, p50' },
  lines: kinds.map(({ name }) => ({
    name,
    points: matches.filter(isFirst).flatMap((match) => {
      const y = match.ours.figures[`${name} p50Ms`];
      return y === undefined ? [] : [{ x: ordersOf(match), y }];
    }),
  })),
});

const sideCurve = (matches: readonly MatchResult[]): Curve => ({
  name: 'growth',
  title: 'The slowest kind of search as the orders grow, first page',
  x: { label: 'orders', logarithmic: true },
  y: { label: 'ms, p50' },
  lines: [ours, ...peers].map(({ name }) => ({
    name,
    points: matches.filter(isFirst).flatMap((match) => {
      const side = [match.ours, ...match.peers].find((standing) => standing.name === name);
      const y = side?.figures.slowestP50Ms;
      return y === undefined ? [] : [{ x: ordersOf(match), y }];
    }),
  })),
});
