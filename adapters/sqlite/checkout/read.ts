import { eq, sql } from 'drizzle-orm';
import type { Checkout, CheckoutRequest, KnownResponse } from '../../../core/audit.ts';
import { formatCheckoutNumber } from '../../../core/checkoutNumber.ts';
import { responseFrom } from '../../stored/response.ts';
import type { Connection } from '../connection.ts';
import { paymentOf } from '../rows.ts';
import { audit, payment } from '../schema.ts';
import { createOrdersOfCheckout } from './ordersOfCheckout.ts';

export type CheckoutReader = {
  readonly find: (checkoutId: string) => Checkout | null;
  readonly findByKey: (audit: Pick<CheckoutRequest, 'customerId' | 'key'>) => Checkout | null;
  /** Null while there is no stored response. */
  readonly responseTo: (checkoutId: string) => KnownResponse;
};

const numberOf = ({ numberPrefix: prefix, sequence }: typeof audit.$inferSelect): string =>
  formatCheckoutNumber({ prefix, sequence });

/** Reads inside the caller's transaction. */
export const createCheckoutReader = (connection: Connection): CheckoutReader => {
  const ordersOf = createOrdersOfCheckout(connection);
  const byId = connection.db
    .select()
    .from(audit)
    .innerJoin(payment, eq(payment.id, audit.id))
    .where(eq(audit.id, sql.placeholder('id')))
    .prepare();

  const idByKey = connection.client
    .prepare<[string, string], string>('select id from audit where key = ? and customer_id = ?')
    .pluck();

  const find: CheckoutReader['find'] = (checkoutId) => {
    const row = byId.get({ id: checkoutId });
    if (row === undefined) return null;
    const { id, customerId, orderIds, createdAtMs } = row.audit;
    return {
      id,
      number: numberOf(row.audit),
      customerId,
      payment: paymentOf(row.payment),
      orders: ordersOf(orderIds),
      createdAtMs,
      updatedAtMs: row.payment.updatedAtMs,
    };
  };

  return {
    find,
    findByKey: ({ customerId, key }) => find(idByKey.get(key, customerId) ?? ''),
    responseTo: (checkoutId) => {
      const row = byId.get({ id: checkoutId });
      const stored = row?.payment.response ?? null;
      if (row === undefined || stored === null) return null;
      return responseFrom(stored, numberOf(row.audit), paymentOf(row.payment), ordersOf(row.audit.orderIds));
    },
  };
};
