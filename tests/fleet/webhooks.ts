/**
 * `bun tests/fleet/webhooks.ts [--events 10000] [--database postgres]`: sends so many events to a receiver that refuses
 * half of the requests, while a worker is killed each second, and prints what came of it.
 */

import process from 'node:process';
import { parseArgs } from 'node:util';
import { createTestDatabase } from '../processes/postgres.ts';
import { createTestFile } from '../processes/sqlite.ts';
import { runWebhooks } from '../webhooks/run.ts';

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '10000' },
    database: { type: 'string', default: 'postgres' },
  },
});

const database = await (values.database === 'sqlite' ? createTestFile() : createTestDatabase());
const report = await runWebhooks(database.url, Number(values.events));
console.log(JSON.stringify(report, null, 2));
await database.drop();
const { missing, unknown, disordered, unverified } = report;
process.exit(missing + unknown + disordered + unverified === 0 ? 0 : 1);
