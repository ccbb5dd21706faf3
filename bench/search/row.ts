import type { Bench, Curve, MatchResult, Row } from '../row.ts';
import { createContender, ours, type PageNumber, peers } from './contenders.ts';
import { createPeerTables, createSearchFixture, type SearchFixture } from './fixture.ts';
import { queryKinds } from './kinds.ts';
import { matchStandby } from './standby.ts';

const sizes = [100_000, 1_000_000];
const largest = Math.max(...sizes);

export const search: Row = {
  name: 'search',
  about: 'an operator’s newest 20 orders for a word, however common it is, as the orders grow',
  run: async (bench) => {
    const postgres = await bench.postgres();
    const matches: MatchResult[] = [];
    for (const size of sizes) {
      const fixture = await createSearchFixture(bench, bench.scaleCount(size));
      await createPeerTables(bench, fixture);
      for (const page of [1, 50] as const) matches.push(await matchOn(bench, fixture, page, peers));
      if (size === largest) matches.push(await matchStandby(bench, postgres, fixture));
      await postgres.drop(fixture.name);
    }
    return { matches, curves: [kindCurve(matches), contenderCurve(matches)], notes: [noRum] };
  },
};

/** A row of its own: it takes 15 minutes and 15 GB of disk, mostly to write the orders. */
export const vast: Row = {
  name: 'vast',
  about: 'the same at ten million orders, without the peers',
  run: async (bench) => {
    const postgres = await bench.postgres();
    const fixture = await createSearchFixture(bench, bench.scaleCount(10_000_000));
    const matches = [await matchOn(bench, fixture, 1, []), await matchOn(bench, fixture, 50, [])];
    await postgres.drop(fixture.name);
    return { matches };
  },
};

const noRum = 'RUM is not measured, because neither PostgreSQL nor the binaries of the bench include it.';

const matchOn = (
  bench: Bench,
  fixture: SearchFixture,
  page: PageNumber,
  ownPeers: typeof peers,
): Promise<MatchResult> =>
  bench.runMatch({
    name: `${fixture.orders}-page-${page}`,
    title: `The slowest kind of search, ${fixture.orders.toLocaleString('en')} orders, page ${page}`,
    figure: 'slowestP50Ms',
    unit: 'ms, p50',
    better: 'less',
    goal: fixture.orders >= 1_000_000 && ownPeers.length > 0 ? 8 : null,
    limits:
      fixture.orders > largest
        ? [{ figure: 'slowestP50Ms', most: 5 }]
        : [
            { figure: 'slowestP50Ms', most: 3 },
            { figure: 'mostPages', most: 2_000 },
          ],
    ours: createContender(bench, fixture, ours, page),
    peers: ownPeers.map((peer) => createContender(bench, fixture, peer, page)),
  });

const ordersOf = ({ ours }: MatchResult): number => Number(ours.configuration.orders);

/** The matches of the first page, without that of the read processes, which are measured over HTTP. */
const isFirst = ({ ours: { configuration } }: MatchResult): boolean =>
  configuration.page === 1 && configuration.connections === undefined;

const kindCurve = (matches: readonly MatchResult[]): Curve => ({
  name: 'kinds',
  title: 'Each kind of search as the orders grow, first page',
  x: { label: 'orders', logarithmic: true },
  y: { label: 'ms, p50' },
  lines: queryKinds.map(({ name }) => ({
    name,
    points: matches.filter(isFirst).flatMap((match) => {
      const y = match.ours.figures[`${name} p50Ms`];
      return y === undefined ? [] : [{ x: ordersOf(match), y }];
    }),
  })),
});

const contenderCurve = (matches: readonly MatchResult[]): Curve => ({
  name: 'growth',
  title: 'The slowest kind of search as the orders grow, first page',
  x: { label: 'orders', logarithmic: true },
  y: { label: 'ms, p50' },
  lines: [ours, ...peers].map(({ name }) => ({
    name,
    points: matches.filter(isFirst).flatMap((match) => {
      const contender = [match.ours, ...match.peers].find((one) => one.name === name);
      const y = contender?.figures.slowestP50Ms;
      return y === undefined ? [] : [{ x: ordersOf(match), y }];
    }),
  })),
});
