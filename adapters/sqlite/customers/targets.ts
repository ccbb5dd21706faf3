import type { ErasureTargets } from '../../stored/erasure.ts';
import type { Connection } from '../connection.ts';

/** Reads what belongs to these orders. Runs in the caller's transaction. */
export const createReadTargets = ({
  client,
}: Connection): ((orderIds: readonly string[]) => ErasureTargets) => {
  const select = (sql: string) =>
    client.prepare<[{ orders: string; checkouts?: string }], string>(sql).pluck();
  const orders = '(select value from json_each($orders))';
  const checkouts = '(select value from json_each($checkouts))';
  const checkoutsOf = select(
    `select checkout_id from orders where id in ${orders} and checkout_id is not null
     union select payment_id from payment_attempt where order_id in ${orders}`,
  );
  const refundsOf = select(
    `select id from refund where order_id in ${orders} union select id from refund where payment_id in ${checkouts}`,
  );
  const tasksOf = select(
    `select id from task where checkout_id in ${checkouts}
     union select t.id from refund r cross join task t on t.job_id = r.id where r.order_id in ${orders}
     union select t.id from refund r cross join task t on t.job_id = r.id where r.payment_id in ${checkouts}`,
  );
  // An operator may have corrected the address since the invoice was issued, or a mail was sent.
  const addressesOf = select(
    `select email from orders where id in ${orders}
     union select json_extract(content, '$.customer.email') from invoice where checkout_id in ${checkouts}
     union select recipient from captured_mail where checkout_id in ${checkouts}`,
  );
  return (orderIds) => {
    const own = JSON.stringify(orderIds);
    const checkoutIds = checkoutsOf.all({ orders: own });
    const both = { orders: own, checkouts: JSON.stringify(checkoutIds) };
    return {
      orders: orderIds,
      checkouts: checkoutIds,
      refunds: refundsOf.all(both),
      tasks: tasksOf.all(both),
      addresses: addressesOf.all(both).filter((address) => address !== null && address !== ''),
    };
  };
};
