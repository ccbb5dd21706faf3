import type { OrderRow } from '../rows.ts';
import type { OrderFilter } from './filter.ts';

/** The orders that a scan found, newest first, and the oldest id that it read; null if it read all orders. */
export type ScanResult = { readonly rows: readonly OrderRow[]; readonly scannedTo: string | null };

/** The page is full, or all orders are read. */
export const isComplete = ({ rows, scannedTo }: ScanResult, { rowsMax }: OrderFilter): boolean =>
  rows.length >= rowsMax || scannedTo === null;

/** The filter for the orders that this result leaves to find. */
export const remainingFilter = (filter: OrderFilter, { rows, scannedTo }: ScanResult): OrderFilter => ({
  ...filter,
  before: scannedTo,
  rowsMax: filter.rowsMax - rows.length,
});

/** Both results. The scan of `next` began where that of `previous` had ended. */
export const appendResult = (previous: ScanResult, next: ScanResult): ScanResult => ({
  rows: [...previous.rows, ...next.rows],
  scannedTo: next.scannedTo,
});
