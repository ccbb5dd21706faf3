import { firstIdAt } from '../../core/id.ts';
import { capturedMailsMax, type RetentionSlice } from '../../core/retention.ts';
import type { Connection } from './connection.ts';

/** See `Store.dropOld`. Runs in the caller's transaction. */
export const createDropOld = ({ client }: Connection): ((slice: RetentionSlice, nowMs: number) => number) => {
  // The ids of tasks are in the order of time, so the scan begins with the oldest and ends at the slice.
  const dropLedger = client.prepare<[string, number]>(
    `delete from step_ledger where (task_id, step) in (
       select task_id, step from step_ledger l
       where task_id < ? and not exists (select 1 from task t where t.id = l.task_id)
       order by task_id limit ?
     )`,
  );
  // Looks at the oldest ones only.
  const dropMails = client.prepare<[number, number, number]>(
    `delete from captured_mail where id in (
       select id from (select id, at_ms from captured_mail order by id limit ?)
       where id <= (select max(id) from captured_mail) - ? or at_ms < ?
     )`,
  );
  return ({ ledgerMs, mailsMs, limit }, nowMs) => {
    const ledger = ledgerMs === null ? 0 : dropLedger.run(firstIdAt(nowMs - ledgerMs), limit).changes;
    const mails = dropMails.run(limit, capturedMailsMax, mailsMs === null ? 0 : nowMs - mailsMs).changes;
    return Math.max(ledger, mails);
  };
};
