import { join } from 'node:path';
import process from 'node:process';
import { openPostgresArchive } from '../adapters/postgres/archive/archive.ts';
import { systemClock } from '../adapters/system/clock.ts';
import { systemTimer } from '../adapters/system/timer.ts';
import type { Archive } from '../core/archive.ts';
import { messageOf } from '../core/errorMessage.ts';
import { type ArchiveArguments, archiveUsage, parseArchiveArguments } from './archiveArguments.ts';
import { archiveMonths, type MonthResult, restoreFile } from './archiveMonths.ts';
import { readCommandConfig } from './commandConfig.ts';
import type { Config } from './config.ts';
import { sqlitePathOf } from './databaseUrl.ts';
import { createProgress } from './progress.ts';
import { abortOnStopSignal } from './stopSignals.ts';
import { openOrExplain, refuseMissingFile } from './wiring.ts';

const exitCode = { done: 0, failed: 1, wrongUsage: 2, interrupted: 130 };

const main = async (): Promise<number> => {
  const parsed = parseArchiveArguments(process.argv.slice(2), systemClock.nowMs());
  if (parsed.isErr()) return fail([parsed.error, 'See: bun run archive --help'], exitCode.wrongUsage);
  if (parsed.value.kind === 'help') {
    process.stdout.write(`${archiveUsage}\n`);
    return exitCode.done;
  }
  const config = readCommandConfig();
  if (config.isErr()) return fail(config.error, exitCode.wrongUsage);
  try {
    const archive = await openOrExplain(config.value, () => openArchive(config.value));
    try {
      return await run(archive, parsed.value);
    } finally {
      await archive.close();
    }
  } catch (cause) {
    return fail([messageOf(cause)], exitCode.failed);
  }
};

/** The database has to be of this version: `bun run migrate` and each start see to that. */
const openArchive = async ({ databaseUrl, databasePooling }: Config): Promise<Archive> => {
  const path = sqlitePathOf(databaseUrl);
  if (path === null) return openPostgresArchive(databaseUrl, databasePooling);
  refuseMissingFile(databaseUrl);
  const { openSqliteArchive } = await import('../adapters/sqlite/archive/archive.ts');
  return openSqliteArchive(path);
};

const run = async (
  archive: Archive,
  request: Exclude<ArchiveArguments, { readonly kind: 'help' }>,
): Promise<number> => {
  if (request.kind === 'restore') {
    const { rows, written } = await restoreFile(archive, request.path);
    process.stdout.write(`${request.path}: ${count(rows)} rows, of which ${count(written)} were missing.\n`);
    return exitCode.done;
  }
  const unlock = await lockFolder(request.folder);
  if (unlock === null)
    return fail([`another run writes into ${request.folder}: wait for its end`], exitCode.failed);
  try {
    return await archiveBefore(archive, request);
  } finally {
    unlock();
  }
};

/** Two runs would write into the same draft of a month, and its file would not have its checksum. */
const lockFolder = async (folder: string): Promise<(() => void) | null> => {
  const { lockFile } = await import('../adapters/sqlite/fileLock.ts');
  try {
    return lockFile(join(folder, 'archive.lock'));
  } catch (cause) {
    throw new Error(`--folder must be one that this user can write: ${messageOf(cause)}`);
  }
};

const archiveBefore = async (
  archive: Archive,
  request: Extract<ArchiveArguments, { readonly kind: 'archive' }>,
): Promise<number> => {
  const stop = abortOnStopSignal(systemTimer);
  let progress: ReturnType<typeof createProgress> | null = null;
  const results: MonthResult[] = [];
  await archiveMonths(archive, request, {
    stop,
    onSlice: (done, total) => {
      progress ??= createProgress(total / 2, process.stderr, systemClock);
      progress.show(Math.floor(done / 2));
    },
    onMonth: (result) => results.push(result),
  });
  (progress as ReturnType<typeof createProgress> | null)?.end();
  process.stdout.write(`${renderResults(results)}\n`);
  return stop.aborted ? exitCode.interrupted : exitCode.done;
};

const renderResults = (results: readonly MonthResult[]): string =>
  results.length === 0 ? 'There is nothing to archive.' : results.map(renderResult).join('\n');

const renderResult = (result: MonthResult): string => {
  if (result.kind === 'stays') {
    const { orders, refunds, tasks, events } = result.unfinished;
    return `${result.month} stays: it has ${count(orders)} unfinished or disputed orders, ${count(refunds)} open refunds, ${count(tasks)} tasks and ${count(events)} undelivered events.`;
  }
  const { file, orders, month } = result;
  return `${month}: ${count(orders)} orders, ${count(file.rows)} rows in ${file.path}, SHA-256 ${file.sha256}`;
};

const count = (number: number): string => number.toLocaleString('en');

const fail = (lines: readonly string[], code: number): number => {
  process.stderr.write(`${lines.join('\n')}\n`);
  return code;
};

process.exitCode = await main();
