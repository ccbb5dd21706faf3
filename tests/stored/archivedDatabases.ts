import { openPostgresArchive } from '../../adapters/postgres/archive/archive.ts';
import { openPostgresStore } from '../../adapters/postgres/store.ts';
import { openSqliteArchive } from '../../adapters/sqlite/archive/archive.ts';
import { openSqliteStore } from '../../adapters/sqlite/store.ts';
import { createTestDatabase, postgresAvailable } from '../processes/postgres.ts';
import { createTestFile } from '../processes/sqlite.ts';
import type { TestWorld } from '../world.ts';

const pathOf = (url: string) => url.slice('sqlite:'.length);
/** Both databases, the second one if there is a server. */
export const archivedDatabases = [
  {
    name: 'SQLite',
    create: createTestFile,
    openStore: (world: TestWorld, url: string) => openSqliteStore(world, { path: pathOf(url) }),
    openArchive: (url: string) => openSqliteArchive(pathOf(url)),
  },
  ...((await postgresAvailable())
    ? [
        {
          name: 'PostgreSQL',
          create: createTestDatabase,
          openStore: (world: TestWorld, url: string) => openPostgresStore(world, { url }),
          openArchive: openPostgresArchive,
        },
      ]
    : []),
];
