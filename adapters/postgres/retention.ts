import { firstIdAt } from '../../core/id.ts';
import { capturedMailsMax, type RetentionSlice } from '../../core/retention.ts';
import type { Sql } from './connection.ts';

/** See `Store.dropOld`. */
export const dropOld = async (
  sql: Sql,
  { ledgerMs, mailsMs, limit }: RetentionSlice,
  nowMs: number,
): Promise<number> => {
  // The ids of tasks are in the order of time, so the scan begins with the oldest and ends at the slice.
  const ledger =
    ledgerMs === null
      ? []
      : await sql`
          delete from step_ledger s using (
            select task_id, step from step_ledger l
            where task_id < ${firstIdAt(nowMs - ledgerMs)} and not exists (select from task t where t.id = l.task_id)
            order by task_id limit ${limit}
            for update skip locked
          ) as old
          where s.task_id = old.task_id and s.step = old.step
          returning 1`;
  // Looks at the oldest ones only.
  const mails = await sql`
    delete from captured_mail where id in (
      select id from (select id, at_ms from captured_mail order by id limit ${limit}) as oldest
      where id <= (select max(id) from captured_mail) - ${capturedMailsMax}::bigint
        or at_ms < ${mailsMs === null ? 0 : nowMs - mailsMs}::bigint
    )
    returning 1`;
  return Math.max(ledger.length, mails.length);
};
