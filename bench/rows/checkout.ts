import { createPostgresFixture } from '../checkout/fixture.ts';
import { postgresContender } from '../checkout/ours.ts';
import { createPgbench, findPgbench, pgbenchMissing } from '../checkout/pgbench.ts';
import type { MatchResult, Quote, Row } from '../row.ts';

/**
 * Each load runs for some seconds. The warm-up is long, because the server compiles its hot code meanwhile: after
 * 4,000 checkouts, a quarter of its CPU time still went there.
 */
const loads = [
  { name: 'postgres-64', connections: 64, warmUp: 20_000, count: 40_000 },
  { name: 'postgres-256', connections: 256, warmUp: 20_000, count: 40_000 },
  { name: 'postgres-1', connections: 1, warmUp: 500, count: 3_000 },
  // The sandbox keeps its records in the same database, which costs one more commit for each checkout.
  { name: 'postgres-64-book', connections: 64, warmUp: 20_000, count: 40_000, entry: 'server/main.ts' },
] as const;

/** Measured on a similar machine, with prepared orders, in production mode on Node 22. */
const quotes: readonly Quote[] = [
  {
    name: 'Vendure 3.7.3',
    value: 30,
    source: 'addPaymentToOrder alone, 64 connections, 263 statements each',
  },
  { name: 'Medusa 2.21.2', value: 6.5, source: 'complete-cart alone, 64 connections, 380 statements each' },
];

export const checkout: Row = {
  name: 'checkout',
  about:
    'HTTP → durable commit on PostgreSQL, one order in each checkout, against pgbench with one commit for each',
  run: async (bench) => {
    const postgres = await bench.postgres();
    const scaledLoads = loads.map((load) => ({
      ...load,
      count: bench.scaleCount(load.count),
      warmUp: bench.scaleCount(load.warmUp),
    }));
    const maxOrders = Math.max(...scaledLoads.map(({ warmUp, count }) => warmUp + count));
    bench.progress(`placing ${maxOrders} orders`);
    const fixture = await createPostgresFixture(postgres, maxOrders);
    const program = findPgbench();
    const peer =
      program === null
        ? []
        : [await createPgbench(bench, postgres, fixture, program, bench.scaleCount(40_000))];

    const matches: MatchResult[] = [];
    for (const load of scaledLoads) {
      const { name, connections } = load;
      const goal = name === 'postgres-64' ? 1.5 : null;
      const match = await bench.runMatch({
        name,
        title: `Checkouts a second, PostgreSQL, ${connections} connection${connections === 1 ? '' : 's'}${'entry' in load ? ', the provider’s records in the same database' : ''}`,
        figure: 'perSecond',
        unit: 'checkouts/s',
        better: 'more',
        goal,
        limits: goal === null ? [] : [{ figure: 'p99Ms', most: 25 }],
        ours: postgresContender(bench, postgres, fixture, load, 'entry' in load ? { entry: load.entry } : {}),
        peers: connections === 1 ? [] : peer,
        quoted: goal === null ? [] : quotes,
      });
      matches.push(match);
    }
    await postgres.drop(fixture.template);
    return { matches, notes: program === null ? [pgbenchMissing] : [] };
  },
};
