import { createPostgresFixture } from '../checkout/fixture.ts';
import { createPgbench, findPgbench, pgbenchMissing } from '../checkout/pgbench.ts';
import { formatNumber, spreadOf } from '../rounds.ts';
import type { Bench, Contender, ContenderResult, MatchResult, Row } from '../row.ts';
import { createStartContender, type Load } from '../start/contender.ts';
import { createPostgresShop, createSqliteShop, type Shop } from '../start/shop.ts';

export const start: Row = {
  name: 'start',
  about:
    'what a newcomer runs: one process with its worker and captured mails, until every order is completed, against ROLE=checkout alone and pgbench',
  run: async (bench) => {
    const postgres = await bench.postgres();
    const load = { connections: 64, warmUp: bench.scaleCount(15_000), count: bench.scaleCount(30_000) };
    const contents = { count: load.warmUp + load.count, history: 20_000 };
    bench.progress(`placing ${contents.count} orders`);
    const shop = await createPostgresShop(postgres, contents);
    const program = findPgbench();
    const pgbenchCount = bench.scaleCount(40_000);
    const fixture = program === null ? null : await createPostgresFixture(postgres, pgbenchCount);
    const pgbench =
      program === null || fixture === null
        ? []
        : [await createPgbench(bench, postgres, fixture, program, pgbenchCount)];
    const onPostgres = await runStart(bench, shop, load, {
      name: 'postgres',
      database: 'PostgreSQL',
      pgbench,
    });
    await shop.remove();
    if (fixture !== null) await postgres.drop(fixture.template);

    const sqliteLoad = { ...load, warmUp: bench.scaleCount(5_000), count: bench.scaleCount(10_000) };
    const sqliteContents = { count: sqliteLoad.warmUp + sqliteLoad.count, history: 2_000 };
    const onSqlite = await runStart(bench, await createSqliteShop(bench, sqliteContents), sqliteLoad, {
      name: 'sqlite',
      database: 'SQLite',
      pgbench: [],
    });
    return { matches: [onPostgres, onSqlite], notes: program === null ? [pgbenchMissing] : [] };
  },
};

/** p99 may be this many times that of `ROLE=checkout` alone. */
const p99RatioMax = 1.5;

const runStart = async (
  bench: Bench,
  shop: Shop,
  load: Load,
  { name, database, pgbench }: { name: string; database: string; pgbench: readonly Contender[] },
): Promise<MatchResult> => {
  const match = await bench.runMatch({
    name,
    title: `Checkouts a second while 64 connections check out, ${database}`,
    figure: 'perSecond',
    unit: 'checkouts/s',
    better: 'more',
    goal: 0.8,
    limits: [{ figure: 'drainShare', most: 0.5 }],
    ours: createStartContender(bench, shop, { ...load, name: 'Cartwright as it starts', role: 'all' }),
    peers: [
      createStartContender(bench, shop, { ...load, name: 'ROLE=checkout alone', role: 'checkout' }),
      // Without a goal of its own: the row `checkout` has it.
      ...pgbench.map((peer) => ({ ...peer, hasGoal: false })),
    ],
  });
  const alone = match.peers[0];
  return alone === undefined
    ? match
    : { ...match, missed: [...match.missed, ...slowTails(match.ours, alone)] };
};

/** Round by round, as the ratios of the compared figure. */
const slowTails = (ours: ContenderResult, alone: ContenderResult): readonly string[] => {
  const ratios = ours.samples.map(
    ({ p99Ms = Number.NaN }, round) => p99Ms / (alone.samples[round]?.p99Ms ?? Number.NaN),
  );
  const { median } = spreadOf(ratios);
  return median <= p99RatioMax
    ? []
    : [`p99 ${formatNumber(median)}× that of ${alone.name}, goal ≤ ${p99RatioMax}×`];
};
