import { firstIdAt } from '../../core/id.ts';
import { capturedMailsMax, type RetentionSlice } from '../../core/retention.ts';
import type { Tables } from './tables.ts';

/** See `Store.dropOld`. */
export const dropOld = (
  tables: Tables,
  { ledgerMs, mailsMs, limit }: RetentionSlice,
  nowMs: number,
): number => {
  const isOldEntry = (key: string): boolean => {
    const [taskId = ''] = key.split('.');
    return ledgerMs !== null && taskId < firstIdAt(nowMs - ledgerMs) && !tables.tasks.has(taskId);
  };
  const ledger = [...tables.stepLedger.keys()].filter(isOldEntry).toSorted().slice(0, limit);
  const all = [...tables.mails.values()];
  const mails = all
    .filter(
      ({ atMs }, index) =>
        all.length - index > capturedMailsMax || (mailsMs !== null && atMs < nowMs - mailsMs),
    )
    .slice(0, limit);
  for (const key of ledger) tables.stepLedger.delete(key);
  for (const { messageId } of mails) tables.mails.delete(messageId);
  return Math.max(ledger.length, mails.length);
};
