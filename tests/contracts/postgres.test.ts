import { afterAll, describe } from 'bun:test';
import { createTestDatabase, postgresAvailable } from '../processes/postgres.ts';
import { createPostgresStorePool } from './postgresStorePool.ts';
import { storeContract } from './storeContract.ts';

describe.skipIf(!(await postgresAvailable()))('PostgreSQL server', () => {
  const { open, dropAll } = createPostgresStorePool(createTestDatabase);
  afterAll(dropAll);
  storeContract('postgres', open);
});
