import { parseArgs } from 'node:util';
import { err, ok, Result } from 'neverthrow';
import { isMonth, type Month, monthAt } from '../core/archive.ts';
import { messageOf } from '../core/errorMessage.ts';

export type ArchiveArguments =
  | { readonly kind: 'help' }
  | { readonly kind: 'archive'; readonly before: Month; readonly folder: string }
  | { readonly kind: 'restore'; readonly path: string };

export const archiveUsage = `Moves the history of old orders out of the database into files, a month at a time.

  bun run archive --before YYYY-MM [--folder PATH]
  bun run archive --restore FILE

  --before YYYY-MM   archives the months before this one (UTC)
  --folder PATH      where the files are (default ./data/archive)
  --restore FILE     brings the rows of one file back
  --help             shows this text

It works on the database of DATABASE_URL, also while the shop is open. The histories of the orders and the step
ledger go out. The orders, their payments, refunds and invoices stay, and are found as before; GET /orders/{id} then
says historyArchived. A month with an unfinished or disputed order, an open refund, a task or an undelivered event stays
whole.

Each month becomes a file history-YYYY-MM.ndjson.gz with its SHA-256 beside it (sha256sum -c checks it). Rows are
deleted once their file is on the disk and was read again. Addresses in errors are left out of the files.

Ctrl-C stops after the current slice. Run it again to go on. A second run into the same folder is refused meanwhile.`;

/** Parses the command line. The error is a message for the user. */
export const parseArchiveArguments = (
  argv: readonly string[],
  nowMs: number,
): Result<ArchiveArguments, string> =>
  read(argv).andThen(({ before, folder, restore, help }): Result<ArchiveArguments, string> => {
    if (help === true) return ok({ kind: 'help' });
    if (restore !== undefined)
      return before === undefined && folder === undefined
        ? ok({ kind: 'restore', path: restore })
        : err('--restore stands alone');
    if (before === undefined) return err('--before or --restore is missing');
    if (!isMonth(before)) return err(`--before must be a month such as 2025-01, not "${before}"`);
    if (before > monthAt(nowMs)) return err('--before must not be a month to come');
    if (folder === '') return err('--folder is empty');
    return ok({ kind: 'archive', before, folder: folder ?? './data/archive' });
  });

const options = {
  before: { type: 'string' },
  folder: { type: 'string' },
  restore: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

const read = Result.fromThrowable(
  (argv: readonly string[]) => parseArgs({ args: [...argv], options, strict: true }).values,
  messageOf,
);
