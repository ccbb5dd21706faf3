import { afterAll, describe } from 'bun:test';
import { postgresAvailable, testDatabase } from '../processes/postgres.ts';
import { storeContract } from './all.ts';
import { lendingPostgres } from './postgres.ts';

describe.skipIf(!(await postgresAvailable()))('a real PostgreSQL', () => {
  const { lend, drop } = lendingPostgres(testDatabase);
  afterAll(drop);
  storeContract('postgres', lend);
});
