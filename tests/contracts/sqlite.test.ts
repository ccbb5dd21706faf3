import { join } from 'node:path';
import { scratchFolder } from '../processes/cleanup.ts';
import { storeContract } from './all.ts';
import { lendingSqlite } from './sqlite.ts';

storeContract(
  'sqlite',
  lendingSqlite(() => join(scratchFolder('contract', { inMemory: true }), 'shop.db')),
);
