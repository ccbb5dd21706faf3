import { createTestDatabase, postgresAvailable, type TestDatabase } from './postgres.ts';
import { createTestFile } from './sqlite.ts';

type Database = readonly [name: string, create: () => Promise<TestDatabase>];

/** SQLite, and Postgres if it is available. For tests that must pass on both. */
export const databases: readonly Database[] = [
  ['SQLite', createTestFile],
  ...((await postgresAvailable()) ? [['Postgres', createTestDatabase] satisfies Database] : []),
];
