import type { OrderRow } from '../rows.ts';
import type { Asked } from './filter.ts';

/** What was found, newest first, and the id down to which all was seen: null where nothing is left to see. */
export type ScanResult = { readonly rows: readonly OrderRow[]; readonly downTo: string | null };

export const isComplete = ({ rows, downTo }: ScanResult, { rowsMax }: Asked): boolean =>
  rows.length >= rowsMax || downTo === null;

/** What is still asked for after this result. */
export const restOf = (asked: Asked, { rows, downTo }: ScanResult): Asked => ({
  ...asked,
  before: downTo,
  rowsMax: asked.rowsMax - rows.length,
});

/** Both results, where `next` began where `before` had ended. */
export const joined = (before: ScanResult, { rows, downTo }: ScanResult): ScanResult => ({
  rows: [...before.rows, ...rows],
  downTo,
});
