import type { Transaction } from '../connection.ts';

/**
 * Locks the payment of an order, before the order itself, as adoptions do. What is left of a charge is shared by all its
 * orders: without the lock, requests for two of them would both take it. Returns the payment's id, and null if the order is
 * in no checkout.
 */
export const lockCharge = async (tx: Transaction, orderId: string): Promise<string | null> => {
  const [row] = await tx<{ checkout_id: string | null }[]>`
    with charge as materialized (
      select id from payment where id = (select checkout_id from orders where id = ${orderId}) for update
    )
    select checkout_id from orders where id = ${orderId} and (select count(*) from charge) >= 0`;
  return row?.checkout_id ?? null;
};
