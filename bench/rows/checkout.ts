import { oursOnPostgres } from '../checkout/ours.ts';
import { findPgbench, pgbench, pgbenchMissing } from '../checkout/pgbench.ts';
import { postgresFloor } from '../checkout/shopfloor.ts';
import type { MatchResult, Quote, Row } from '../row.ts';

/**
 * Who comes, and how many checkouts are measured: enough for some seconds each. Before that the server has compiled
 * what it does all the time; at 4,000 checkouts a quarter of its CPU still went there.
 */
const crowds = [
  { name: 'postgres-64', connections: 64, warmUp: 20_000, count: 40_000 },
  { name: 'postgres-256', connections: 256, warmUp: 20_000, count: 40_000 },
  { name: 'postgres-1', connections: 1, warmUp: 500, count: 3_000 },
  // With the book of the simulated provider in the same database, which is a commit more.
  { name: 'postgres-64-book', connections: 64, warmUp: 20_000, count: 40_000, entry: 'server/main.ts' },
] as const;

/** Measured on the same kind of machine with their own products' orders prepared, in production mode on Node 22. */
const shops: readonly Quote[] = [
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
    'HTTP → durable commit on PostgreSQL, one order a checkout, against one commit a checkout by pgbench',
  run: async (bench) => {
    const postgres = await bench.postgres();
    const sized = crowds.map((crowd) => ({
      ...crowd,
      count: bench.sized(crowd.count),
      warmUp: bench.sized(crowd.warmUp),
    }));
    const most = Math.max(...sized.map(({ warmUp, count }) => warmUp + count));
    bench.say(`placing ${most} orders`);
    const floor = await postgresFloor(postgres, most);
    const program = findPgbench();
    const peer =
      program === null ? [] : [await pgbench(bench, postgres, floor, program, bench.sized(40_000))];

    const matches: MatchResult[] = [];
    for (const crowd of sized) {
      const { name, connections } = crowd;
      const goal = name === 'postgres-64' ? 1.5 : null;
      const match = await bench.match({
        name,
        title: `Checkouts a second, PostgreSQL, ${connections} connection${connections === 1 ? '' : 's'}${'entry' in crowd ? ', the provider’s book in the same database' : ''}`,
        figure: 'perSecond',
        unit: 'checkouts/s',
        better: 'more',
        goal,
        limits: goal === null ? [] : [{ figure: 'p99Ms', most: 25 }],
        ours: oursOnPostgres(bench, postgres, floor, crowd, 'entry' in crowd ? { entry: crowd.entry } : {}),
        peers: connections === 1 ? [] : peer,
        quoted: goal === null ? [] : shops,
      });
      matches.push(match);
    }
    await postgres.drop(floor.template);
    return { matches, notes: program === null ? [pgbenchMissing] : [] };
  },
};
