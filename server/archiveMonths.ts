import {
  type Archive,
  type ArchivedRow,
  archivedTables,
  idsOfMonth,
  keyOfRow,
  type Month,
  monthsBefore,
  type RowKey,
  type Unfinished,
} from '../core/archive.ts';
import { type ArchiveFile, checkArchive, readSlices, WrongArchive, writeArchive } from './archiveFiles.ts';

/** Few enough that no request waits for a slice, on SQLite too. */
const sliceRows = 1_000;

export type MonthResult =
  | { readonly kind: 'archived'; readonly month: Month; readonly orders: number; readonly file: ArchiveFile }
  | { readonly kind: 'stays'; readonly month: Month; readonly unfinished: Unfinished };

export type ArchiveWatch = {
  /** Aborted: the run ends after the current slice. What is deleted by then is in a file. */
  readonly stop: AbortSignal;
  /** Called after each slice. `done` and `total` count orders, each of them twice: written, and deleted. */
  readonly onSlice: (done: number, total: number) => void;
  readonly onMonth: (result: MonthResult) => void;
};

/**
 * Archives the months before `before`, the oldest first. A month with orders, refunds, tasks or events that are not
 * finished stays whole. Only rows that were read again from the file are deleted, so rows that come meanwhile stay.
 */
export const archiveMonths = async (
  archive: Archive,
  { folder, before }: { readonly folder: string; readonly before: Month },
  watch: ArchiveWatch,
): Promise<void> => {
  const oldest = await archive.oldestId();
  const months = oldest === null ? [] : monthsBefore(oldest, before);
  const counts = new Map<Month, number>();
  for (const month of months) counts.set(month, await archive.countOrders(idsOfMonth(month)));
  const total = 2 * [...counts.values()].reduce((sum, count) => sum + count, 0);
  let done = 0;
  for (const [month, orders] of counts) {
    if (watch.stop.aborted) return;
    const doneBefore = done;
    const onOrders = (count: number) => {
      done += count;
      watch.onSlice(done, total);
    };
    const result = await archiveMonth(archive, { folder, month, orders }, watch.stop, onOrders);
    done = doneBefore + 2 * orders;
    watch.onSlice(done, total);
    if (result !== null) watch.onMonth(result);
  }
};

type OneMonth = { readonly folder: string; readonly month: Month; readonly orders: number };

/** Null if nothing is left of the month, or if the run was stopped before its file was whole. */
const archiveMonth = async (
  archive: Archive,
  { folder, month, orders }: OneMonth,
  stop: AbortSignal,
  onOrders: (count: number) => void,
): Promise<MonthResult | null> => {
  const unfinished = await archive.findUnfinished(idsOfMonth(month));
  if (Object.values(unfinished).some((count) => count > 0)) return { kind: 'stays', month, unfinished };
  const file = await writeArchive(folder, month, readMonth(archive, month, onOrders));
  if (file === null) return null;
  for await (const slice of readSlices(file.path, sliceRows)) {
    if (stop.aborted) return null;
    const [first] = slice;
    if (first !== undefined) await archive.remove(first.table, slice);
    onOrders(ordersBegunIn(slice));
  }
  await archive.release(month);
  return { kind: 'archived', month, orders, file };
};

const ordersBegunIn = (rows: readonly ArchivedRow[]): number =>
  rows.filter((row) => row.table === 'order_state' && row.seq === 1).length;

const readMonth = async function* (
  archive: Archive,
  month: Month,
  onOrders: (count: number) => void,
): AsyncGenerator<ArchivedRow> {
  for (const table of archivedTables) {
    let after: RowKey | null = null;
    for (;;) {
      const rows: ArchivedRow[] = await archive.read(table, idsOfMonth(month), after, sliceRows);
      yield* rows;
      onOrders(ordersBegunIn(rows));
      const last = rows.at(-1);
      if (last === undefined) break;
      after = keyOfRow(last);
    }
  }
};

export type Restored = { readonly rows: number; readonly written: number };

/** Brings the rows of a file back. Rows that are there stay as they are, so it can be run again. */
export const restoreFile = async (archive: Archive, path: string): Promise<Restored> => {
  await checkArchive(path);
  let rows = 0;
  let written = 0;
  for await (const slice of readSlices(path, sliceRows)) {
    await checkOrders(archive, path, slice);
    written += await archive.restore(slice);
    rows += slice.length;
  }
  return { rows, written };
};

/** The history of an order that this database does not have belongs to another one. */
const checkOrders = async (archive: Archive, path: string, rows: readonly ArchivedRow[]): Promise<void> => {
  const ids = [...new Set(rows.filter(({ table }) => table === 'order_state').map(({ id }) => id))];
  const found = await archive.findOrders(ids);
  const missing = ids.find((id) => !found.has(id));
  if (missing !== undefined)
    throw new WrongArchive(`${path} is not of this database: it has no order ${missing}`);
};
