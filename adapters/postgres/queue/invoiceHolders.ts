import type { InvoiceContent } from '../../../core/invoice.ts';
import { type InvoiceHolder, isInvoiceLeft } from '../../../core/invoiceMail.ts';
import type { Transaction } from '../connection.ts';

/** The holder of the invoice `i`, as JSON. `step` is that of the mail. */
export const holderJson = (tx: Transaction, step: ReturnType<Transaction['unsafe']>) => tx`
  json_build_object(
    'state', (select h.state from task h where h.id = i.task_id),
    'hasSentMail', exists (
      select from step_ledger a where a.task_id = i.task_id and a.step = ${step} and a.accepted_ms is not null
    )
  )`;

type Taker = {
  readonly taskId: string;
  readonly checkoutId: string;
  readonly pipeline: string;
  readonly step: string;
};

/**
 * Makes these tasks the holders of the invoices of their checkouts, unless another has taken one over before. Returns
 * the invoices that they have now, by task. Rare: it runs only if a holder sends no mail. The locks are taken in the
 * order of the checkouts, so that two claims do not wait in a circle.
 */
export const takeOverInvoices = async (
  tx: Transaction,
  takers: readonly Taker[],
): Promise<ReadonlyMap<string, InvoiceContent>> => {
  const takerOf = new Map(takers.map((taker) => [taker.checkoutId, taker]));
  const checkoutIds = [...takerOf.keys()];
  const step = tx`(${takers[0]?.step ?? ''})`;
  const [, holders] = await Promise.all([
    tx`select from invoice where checkout_id = any(${checkoutIds}::uuid[]) order by checkout_id for update`.execute(),
    tx<{ checkout_id: string; holder: InvoiceHolder; content: InvoiceContent }[]>`
      select i.checkout_id, ${holderJson(tx, step)} as holder, i.content
      from invoice i where i.checkout_id = any(${checkoutIds}::uuid[])`,
  ]);
  const taken = holders.flatMap(({ checkout_id, holder, content }) => {
    const taker = takerOf.get(checkout_id);
    return taker !== undefined && isInvoiceLeft(holder) ? [{ ...taker, content }] : [];
  });
  await tx`
    update invoice i set task_id = t.task_id, pipeline = t.pipeline
    from unnest(
      ${taken.map(({ checkoutId }) => checkoutId)}::uuid[],
      ${taken.map(({ taskId }) => taskId)}::uuid[],
      ${taken.map(({ pipeline }) => pipeline)}::text[]
    ) as t(checkout_id, task_id, pipeline)
    where i.checkout_id = t.checkout_id`;
  return new Map(taken.map(({ taskId, content }) => [taskId, content]));
};
