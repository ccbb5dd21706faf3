import type { OrderRow } from '../rows.ts';
import type { OrderFilter } from './filter.ts';

/** What was found, newest first, and the id down to which all was seen: null where nothing is left to see. */
export type ScanResult = { readonly rows: readonly OrderRow[]; readonly scannedTo: string | null };

export const isComplete = ({ rows, scannedTo: downTo }: ScanResult, { rowsMax }: OrderFilter): boolean =>
  rows.length >= rowsMax || downTo === null;

/** What is still asked for after this result. */
export const remainingFilter = (
  asked: OrderFilter,
  { rows, scannedTo: downTo }: ScanResult,
): OrderFilter => ({
  ...asked,
  before: downTo,
  rowsMax: asked.rowsMax - rows.length,
});

/** Both results, where `next` began where `before` had ended. */
export const appendResult = (before: ScanResult, { rows, scannedTo: downTo }: ScanResult): ScanResult => ({
  rows: [...before.rows, ...rows],
  scannedTo: downTo,
});
