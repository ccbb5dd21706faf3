import { oursOnPostgres } from '../checkout/ours.ts';
import { postgresFloor } from '../checkout/shopfloor.ts';
import { oursOnSqlite, sqliteFloor } from '../checkout/sqlite.ts';
import type { Row } from '../row.ts';

const entry = 'bench/composed/plain.ts';
const name = 'not coalesced';
/** Within a tenth of the path that does not coalesce. */
const goal = 1 / 1.1;

export const lone: Row = {
  name: 'lone',
  about: 'what a request pays for coalescing where it is alone: one connection, against the path without',
  run: async (bench) => {
    const postgres = await bench.postgres();
    const crowd = { connections: 1, warmUp: bench.sized(500), count: bench.sized(3_000) };
    const floor = await postgresFloor(postgres, crowd.warmUp + crowd.count);
    const file = await sqliteFloor(bench, crowd.warmUp + crowd.count);
    const common = { figure: 'p50Ms', unit: 'ms, median', better: 'less', goal } as const;
    const onPostgres = await bench.match({
      ...common,
      name: 'postgres',
      title: 'A lone checkout, PostgreSQL',
      ours: oursOnPostgres(bench, postgres, floor, crowd, { entry: 'server/main.ts' }),
      peers: [oursOnPostgres(bench, postgres, floor, crowd, { contender: name, entry })],
    });
    const onSqlite = await bench.match({
      ...common,
      name: 'sqlite',
      title: 'A lone checkout, SQLite',
      ours: oursOnSqlite(bench, file, crowd, { name: 'Cartwright', entry: 'server/main.ts' }),
      peers: [oursOnSqlite(bench, file, crowd, { name, entry })],
    });
    await postgres.drop(floor.template);
    return { matches: [onPostgres, onSqlite] };
  },
};
