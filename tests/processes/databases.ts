import { postgresAvailable, type TestDatabase, testDatabase } from './postgres.ts';
import { testFile } from './sqlite.ts';

type Fresh = readonly [name: string, fresh: () => Promise<TestDatabase>];

/** What a test is run over that must be so on both, as far as they are here. */
export const databases: readonly Fresh[] = [
  ['SQLite', testFile],
  ...((await postgresAvailable()) ? [['Postgres', testDatabase] satisfies Fresh] : []),
];
