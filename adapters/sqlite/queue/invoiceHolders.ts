import { type InvoiceHolder, isInvoiceLeft } from '../../../core/invoiceMail.ts';
import type { StoredTaskState } from '../../../core/queue.ts';
import type { Connection } from '../connection.ts';

/**
 * Makes the task the holder of its checkout's invoice if the holder sends no mail. Returns the content as JSON, or null if
 * there is nothing to take over. Runs in the caller's transaction.
 */
export const createTakeOverInvoice = ({ client }: Connection) => {
  type Row = {
    readonly content: string;
    readonly state: StoredTaskState | null;
    readonly hasSentMail: 0 | 1;
  };
  const holderOf = client.prepare<[string, string], Row>(
    `select i.content, h.state, exists (
       select 1 from step_ledger a where a.task_id = i.task_id and a.step = ? and a.accepted_ms is not null
     ) as hasSentMail
     from invoice i left join task h on h.id = i.task_id where i.checkout_id = ?`,
  );
  const takeOver = client.prepare<[string, string, string]>(
    'update invoice set task_id = ?, pipeline = ? where checkout_id = ?',
  );
  return (task: {
    readonly taskId: string;
    readonly checkoutId: string;
    readonly pipeline: string;
    readonly step: string;
  }): string | null => {
    const row = holderOf.get(task.step, task.checkoutId);
    if (row === undefined) return null;
    const holder: InvoiceHolder = { state: row.state, hasSentMail: row.hasSentMail === 1 };
    if (!isInvoiceLeft(holder)) return null;
    takeOver.run(task.taskId, task.pipeline, task.checkoutId);
    return row.content;
  };
};
