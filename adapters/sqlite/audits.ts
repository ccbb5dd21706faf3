import { setImmediate as turn } from 'node:timers/promises';
import { eq, sql } from 'drizzle-orm';
import type { Audits, Checkout } from '../../core/audit.ts';
import { cartsOf } from './carts.ts';
import { claiming } from './claim.ts';
import type { Connection } from './connection.ts';
import { paymentOf } from './rows.ts';
import { audit, payment } from './schema.ts';
import { settling } from './settle.ts';
import { unsettled } from './unsettled.ts';

export const audits = (connection: Connection): Audits => {
  const { read, write } = connection;
  const claim = claiming(connection);
  const settle = settling(connection);
  const takeUnsettled = unsettled(connection);
  const find = finding(connection);
  return {
    // A file does its work within the call, so nobody could come to share the next commit meanwhile: requests
    // that have arrived by now are read in one turn of the event loop, and it is theirs.
    claim: async (requests, nowMs) => {
      await turn();
      return write(() => claim(requests, nowMs));
    },
    settle: async (settlements, nowMs) => {
      await turn();
      return write(() => settlements.map((one) => settle(one, nowMs)));
    },
    takeUnsettled: async (query) => takeUnsettled(query),
    find: async (checkoutId) => read(() => find(checkoutId)),
  };
};

const finding = (connection: Connection) => {
  const ordersOf = cartsOf(connection);
  const byId = connection.db
    .select()
    .from(audit)
    .innerJoin(payment, eq(payment.id, audit.id))
    .where(eq(audit.id, sql.placeholder('id')))
    .prepare();

  return (checkoutId: string): Checkout | null => {
    const row = byId.get({ id: checkoutId });
    if (row === undefined) return null;
    const { id, customerId, orderIds, createdAtMs } = row.audit;
    return {
      id,
      customerId,
      payment: paymentOf(row.payment),
      orders: ordersOf(orderIds),
      createdAtMs,
      updatedAtMs: row.payment.updatedAtMs,
    };
  };
};
