/**
 * Backs a shop up as docs/operating/backup.md says, sells on, loses the database, restores it, and repairs the money. The
 * last backup is one of a standby, which is promoted after it.
 * The exit code is 0 if nothing of before the backup is missing and the money is healthy again.
 *
 *   bun tests/operating/backup.ts
 */
import { killAllApps } from '../processes/processes.ts';
import { postgresToolsAvailable, tryPostgres } from './postgres.ts';
import { trySqlite } from './sqlite.ts';
import { tryStandby } from './standby.ts';

try {
  await trySqlite();
  if (postgresToolsAvailable()) {
    await tryPostgres();
    await tryStandby();
  }
} finally {
  await killAllApps();
}
