import { firstIdAt } from './id.ts';
import type { OrderStatus } from './order.ts';

/**
 * The history and the step ledger of old months leave the database for files, a month at a time. A month is one of UTC,
 * and has the orders and tasks whose ids begin in it. Orders, payments, refunds, invoices and what orders are searched by
 * stay.
 */

/** A month of UTC: `2025-01`. */
export type Month = string;

/** The ids of a month: at or after `from`, and before `until`. */
export type IdRange = { readonly from: string; readonly until: string };

/** A row of an order's history, as it is stored. `isReserved`: it stands for the row `stock_reserved` too. */
export type HistoryRow = {
  readonly table: 'order_state';
  readonly id: string;
  readonly seq: number;
  readonly state: string;
  readonly atMs: number;
  readonly detail: string | null;
  readonly isReserved: boolean;
};

/** A row of the step ledger. Rows that still have the text of a request stay, because it names the customer. */
export type LedgerRow = {
  readonly table: 'step_ledger';
  readonly id: string;
  readonly step: string;
  readonly intendedMs: number;
  readonly acceptedMs: number | null;
};

export type ArchivedRow = HistoryRow | LedgerRow;
export type ArchivedTable = ArchivedRow['table'];

/** The tables in the order in which a file has their rows. */
export const archivedTables: readonly ArchivedTable[] = ['order_state', 'step_ledger'];

/** The key of a row within its table. */
export type RowKey = { readonly id: string; readonly second: string | number };

export const keyOfRow = (row: ArchivedRow): RowKey => ({
  id: row.id,
  second: row.table === 'order_state' ? row.seq : row.step,
});

/** Orders with these statuses are finished. A failed order is not: it waits for an operator. */
export const archivableStatuses: readonly OrderStatus[] = ['completed', 'cancelled', 'refunded'];

/** What keeps a month in the database. */
export type Unfinished = {
  /** Orders that are not finished, or have an open dispute. */
  readonly orders: number;
  readonly refunds: number;
  readonly tasks: number;
  /** Undelivered events whose bodies will be made of the history. */
  readonly events: number;
};

/** The rows of old months in one database. All methods reject if the database fails. */
export interface Archive {
  /** The id of the oldest order. Null if there is none. */
  oldestId(): Promise<string | null>;
  countOrders(range: IdRange): Promise<number>;
  findUnfinished(range: IdRange): Promise<Unfinished>;
  /** Up to `limit` rows of a table, in the order of their keys. */
  read(table: ArchivedTable, range: IdRange, after: RowKey | null, limit: number): Promise<ArchivedRow[]>;
  /** Deletes these rows of one table. Rows of an order that is no longer finished stay. Returns how many it has deleted. */
  remove(table: ArchivedTable, rows: readonly ArchivedRow[]): Promise<number>;
  /** Writes those of the rows that are missing, and makes no events of them. Returns how many it has written. */
  restore(rows: readonly ArchivedRow[]): Promise<number>;
  /** Which of these orders exist. */
  findOrders(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Gives the room of a month back to the disk, if it has partitions of its own and no row is left in them. */
  release(month: Month): Promise<void>;
  close(): Promise<void>;
}

/** The number of the month since year 0, or null if the text is no month. */
const numberOf = (text: string): number | null => {
  const [, year, month] = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(text) ?? [];
  return year === undefined || month === undefined ? null : Number(year) * 12 + Number(month) - 1;
};

const monthOf = (number: number): Month =>
  `${String(Math.floor(number / 12)).padStart(4, '0')}-${String((number % 12) + 1).padStart(2, '0')}`;

export const isMonth = (text: string): boolean => numberOf(text) !== null;

/** The month of a time. */
export const monthAt = (atMs: number): Month => new Date(atMs).toISOString().slice(0, 7);

/** The month that is `months` after this one. */
export const addMonths = (month: Month, months: number): Month => monthOf((numberOf(month) ?? 0) + months);

/** The first moment of the month, ms. */
export const startOfMonth = (month: Month): number => {
  const number = numberOf(month) ?? 0;
  return Date.UTC(Math.floor(number / 12), number % 12);
};

export const idsOfMonth = (month: Month): IdRange => ({
  from: firstIdAt(startOfMonth(month)),
  until: firstIdAt(startOfMonth(addMonths(month, 1))),
});

/** The time of a UUIDv7. */
export const timeOfId = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);

/** The months from that of `oldestId` to the one before `before`. */
export const monthsBefore = (oldestId: string, before: Month): readonly Month[] => {
  const first = numberOf(monthAt(timeOfId(oldestId))) ?? 0;
  const end = numberOf(before) ?? 0;
  return Array.from({ length: Math.max(0, end - first) }, (_, index) => monthOf(first + index));
};

/** One line of a file, without its end. JSON leaves U+2028 and U+2029 as they are, and readers end a line there. */
export const lineOf = (row: ArchivedRow): string =>
  JSON.stringify(row).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');

/** Throws if the line is not one of `lineOf`. */
export const rowOf = (line: string): ArchivedRow => {
  const row: ArchivedRow = JSON.parse(line);
  if (!archivedTables.includes(row.table)) throw new Error(`an archive has no rows of ${row.table}`);
  return row;
};
