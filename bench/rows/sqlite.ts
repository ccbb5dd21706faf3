import { oursOnSqlite, sqliteFloor } from '../checkout/sqlite.ts';
import type { Row } from '../row.ts';

export const sqlite: Row = {
  name: 'sqlite',
  about: 'HTTP → durable commit on one SQLite file, against one commit a claim and one a settlement',
  run: async (bench) => {
    const crowd = { connections: 64, warmUp: bench.sized(5_000), count: bench.sized(10_000) };
    const floor = await sqliteFloor(bench, crowd.warmUp + crowd.count);
    const match = await bench.match({
      name: 'sqlite-64',
      title: 'Checkouts a second, SQLite, 64 connections',
      figure: 'perSecond',
      unit: 'checkouts/s',
      better: 'more',
      goal: 2,
      ours: oursOnSqlite(bench, floor, crowd, { name: 'Cartwright', entry: 'server/main.ts' }),
      peers: [
        oursOnSqlite(bench, floor, crowd, {
          name: 'one commit a checkout',
          entry: 'bench/composed/plain.ts',
        }),
      ],
    });
    return { matches: [match] };
  },
};
