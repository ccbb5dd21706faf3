import { createPostgresFixture } from '../checkout/fixture.ts';
import { postgresContender } from '../checkout/ours.ts';
import { createSqliteFixture, sqliteContender } from '../checkout/sqlite.ts';
import type { Row } from '../row.ts';

const entry = 'bench/variants/unbatched.ts';
const name = 'without batches';
/** At most 10 % slower than without batches. */
const goal = 1 / 1.1;

export const lone: Row = {
  name: 'lone',
  about: 'what batching costs a single checkout: one connection, against checkouts without batches',
  run: async (bench) => {
    const postgres = await bench.postgres();
    const load = { connections: 1, warmUp: bench.scaleCount(500), count: bench.scaleCount(3_000) };
    const fixture = await createPostgresFixture(postgres, load.warmUp + load.count);
    const sqliteFixture = await createSqliteFixture(bench, load.warmUp + load.count);
    const common = { figure: 'p50Ms', unit: 'ms, median', better: 'less', goal } as const;
    const onPostgres = await bench.runMatch({
      ...common,
      name: 'postgres',
      title: 'A single checkout, PostgreSQL',
      ours: postgresContender(bench, postgres, fixture, load, { entry: 'server/main.ts' }),
      peers: [postgresContender(bench, postgres, fixture, load, { contender: name, entry })],
    });
    const onSqlite = await bench.runMatch({
      ...common,
      name: 'sqlite',
      title: 'A single checkout, SQLite',
      ours: sqliteContender(bench, sqliteFixture, load, { name: 'Cartwright', entry: 'server/main.ts' }),
      peers: [sqliteContender(bench, sqliteFixture, load, { name, entry })],
    });
    await postgres.drop(fixture.template);
    return { matches: [onPostgres, onSqlite] };
  },
};
