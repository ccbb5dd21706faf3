import process from 'node:process';
import { partitionTables } from '../adapters/postgres/partitions/convert.ts';
import { systemClock } from '../adapters/system/clock.ts';
import { systemTimer } from '../adapters/system/timer.ts';
import { messageOf } from '../core/errorMessage.ts';
import { readCommandConfig } from './commandConfig.ts';
import { sqlitePathOf } from './databaseUrl.ts';
import { isToRun } from './plainCommand.ts';
import { exitWithError } from './process.ts';
import { openOrExplain } from './wiring.ts';

/**
 * `bun run partition`: puts the history and the step ledger of a PostgreSQL database into monthly partitions, while the
 * shop is open, and makes the months to come. Its user must own the tables.
 */
const partition = async (): Promise<void> => {
  const config = readCommandConfig();
  const program = 'The partitioning';
  if (config.isErr()) return exitWithError(config.error.join('\n'), program);
  if (sqlitePathOf(config.value.databaseUrl) !== null)
    return exitWithError('SQLite has no partitions. Set DATABASE_URL to a PostgreSQL server', program);
  try {
    const { databaseUrl } = config.value;
    const ends = await openOrExplain(config.value, () =>
      partitionTables(databaseUrl, {
        nowMs: systemClock.nowMs,
        timer: systemTimer,
        onStep: (text) => process.stderr.write(`${text}\n`),
      }),
    );
    process.stdout.write(
      `${ends.map(({ table, end }) => `${table} has partitions until ${end}.`).join('\n')}\n`,
    );
  } catch (cause) {
    process.stderr.write(`${messageOf(cause)}\n`);
    process.exitCode = 1;
  }
};

const usage = `Puts the history and the step ledger of a PostgreSQL database into monthly partitions.

  bun run partition

It works on the database of DATABASE_URL while the shop is open, and makes the months to come. Its user must own the
tables. A second time it only makes new months.`;

if (isToRun({ name: 'partition', usage })) await partition();
