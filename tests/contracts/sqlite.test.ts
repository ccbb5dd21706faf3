import { storeContract } from './all.ts';
import { lendingSqlite } from './sqlite.ts';

storeContract(
  'sqlite in memory',
  lendingSqlite(() => ':memory:'),
);
