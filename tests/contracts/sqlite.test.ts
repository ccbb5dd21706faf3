import { join } from 'node:path';
import { createScratchFolder } from '../processes/cleanup.ts';
import { createSqliteStorePool } from './sqliteStorePool.ts';
import { storeContract } from './storeContract.ts';

const { open } = createSqliteStorePool(() =>
  join(createScratchFolder('contract', { inMemory: true }), 'shop.db'),
);

storeContract('sqlite', open);
