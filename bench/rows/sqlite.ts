import { createSqliteFixture, sqliteContender } from '../checkout/sqlite.ts';
import type { Row } from '../row.ts';

export const sqlite: Row = {
  name: 'sqlite',
  about: 'HTTP → durable commit on one SQLite file, against the same API without batches',
  run: async (bench) => {
    const load = { connections: 64, warmUp: bench.scaleCount(5_000), count: bench.scaleCount(10_000) };
    const fixture = await createSqliteFixture(bench, load.warmUp + load.count);
    const match = await bench.runMatch({
      name: 'sqlite-64',
      title: 'Checkouts a second, SQLite, 64 connections',
      figure: 'perSecond',
      unit: 'checkouts/s',
      better: 'more',
      goal: 2,
      ours: sqliteContender(bench, fixture, load, { name: 'Cartwright', entry: 'server/main.ts' }),
      peers: [
        sqliteContender(bench, fixture, load, {
          name: 'without batches',
          entry: 'bench/variants/unbatched.ts',
        }),
      ],
    });
    return { matches: [match] };
  },
};
