import type { Transaction } from '../connection.ts';

/**
 * Locks the payment of an order, before its task and the order, as adoptions do. All orders of a charge share what is left
 * of it: without the lock, requests for two of them could both take it. The count makes the server run the CTE. Returns the
 * id of the payment; null if the order is in no checkout.
 */
export const lockCharge = async (tx: Transaction, orderId: string): Promise<string | null> => {
  const [row] = await tx<{ checkout_id: string | null }[]>`
    with charge as materialized (
      select id from payment where id = (select checkout_id from orders where id = ${orderId}) for update
    )
    select checkout_id from orders where id = ${orderId} and (select count(*) from charge) >= 0`;
  return row?.checkout_id ?? null;
};
