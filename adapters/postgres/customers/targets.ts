import type { ErasureTargets } from '../../stored/erasure.ts';
import type { Transaction } from '../connection.ts';

/** Reads what belongs to these orders, which the transaction has locked. */
export const readTargets = async (tx: Transaction, orderIds: readonly string[]): Promise<ErasureTargets> => {
  const orders = orderIds as string[];
  const checkouts = idsOf(
    await tx`
      select checkout_id as id from orders where id = any(${orders}::uuid[]) and checkout_id is not null
      union select payment_id from payment_attempt where order_id = any(${orders}::uuid[])`,
  );
  const refunds = idsOf(
    await tx`
      select id from refund where order_id = any(${orders}::uuid[])
      union select id from refund where payment_id = any(${checkouts}::uuid[])`,
  );
  const tasks = idsOf(
    await tx`
      select id from task where checkout_id = any(${checkouts}::uuid[])
      union select id from task where job_id = any(${refunds}::uuid[])`,
  );
  // An operator may have corrected the address since the invoice was issued, or a mail was sent.
  const addresses = idsOf(
    await tx`
      select email as id from orders where id = any(${orders}::uuid[])
      union select content #>> '{customer,email}' from invoice where checkout_id = any(${checkouts}::uuid[])
      union select recipient from captured_mail where checkout_id = any(${checkouts}::uuid[])`,
  );
  return { orders, checkouts, refunds, tasks, addresses };
};

const idsOf = (rows: readonly { readonly id?: string | null }[]): string[] =>
  rows.flatMap(({ id = null }) => (id === null || id === '' ? [] : [id]));
