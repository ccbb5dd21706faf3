import { oursOnPostgres } from '../checkout/ours.ts';
import { findPgbench, pgbench, pgbenchMissing } from '../checkout/pgbench.ts';
import { postgresFloor } from '../checkout/shopfloor.ts';
import type { MatchResult, Quote, Row } from '../row.ts';

/** Who comes, and how many checkouts are measured: enough for some seconds each. */
const crowds = [
  { connections: 64, warmUp: 4_000, count: 40_000 },
  { connections: 256, warmUp: 4_000, count: 40_000 },
  { connections: 1, warmUp: 500, count: 3_000 },
];

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
      const { connections } = crowd;
      const match = await bench.match({
        name: `postgres-${connections}`,
        title: `Checkouts a second, PostgreSQL, ${connections} connection${connections === 1 ? '' : 's'}`,
        figure: 'perSecond',
        unit: 'checkouts/s',
        better: 'more',
        goal: connections === 64 ? 1.5 : null,
        limits: connections === 64 ? [{ figure: 'p99Ms', most: 25 }] : [],
        ours: oursOnPostgres(bench, postgres, floor, crowd),
        peers: connections === 1 ? [] : peer,
        quoted: connections === 64 ? shops : [],
      });
      matches.push(match);
    }
    await postgres.drop(floor.template);
    return { matches, notes: program === null ? [pgbenchMissing] : [] };
  },
};
