import { databases } from '../../processes/databases.ts';
import { createTestFile } from '../../processes/sqlite.ts';
import { describeFirstSix } from './payFlows.ts';
import { withShop } from './shopGround.ts';

for (const [database, createDatabase] of databases)
  withShop(`Paying in the shop, on ${database}`, { createDatabase }, describeFirstSix);

withShop(
  'Paying in the shop, on Deno',
  { createDatabase: createTestFile, runtime: 'deno' },
  describeFirstSix,
);
