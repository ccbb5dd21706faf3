import { getTableColumns } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import type { Fragment } from 'postgres';
import type { Sql, Transaction } from './connection.ts';
import { orders, payment, product, type RowOf, refund } from './schema.ts';

/**
 * The column lists of raw SQL. They come from schema.ts, as the row types in rows.ts do. If a statement listed its
 * columns by hand, it would not read a column that is added later, and its row would not match its type.
 */

export const contactNames = ['email', 'language'] as const satisfies readonly (keyof RowOf<typeof orders>)[];

/** Columns that core's `Order` does not have. */
export const orderExtras = [...contactNames, 'seq', 'held'] as const;

/** Columns that core's `Payment` does not have. */
export const paymentExtras = ['attempt', 'response', 'recover_ms', 'claimed_ms', 'updated_ms'] as const;

/** Columns from which no field of core's `Refund` is made. */
export const refundExtras = ['key', 'fingerprint', 'reference', 'charge_reference'] as const;

const namesOf = (table: PgTable, extras: readonly string[]): readonly string[] =>
  Object.values(getTableColumns(table))
    .map(({ name }) => name)
    .filter((name) => !extras.includes(name));

const orderNames = namesOf(orders, orderExtras);
const paymentNames = namesOf(payment, paymentExtras);
const refundNames = namesOf(refund, refundExtras);

type Columns = (sql: Sql | Transaction, alias: string) => Fragment;

const createColumns =
  (names: readonly string[]): Columns =>
  (sql, alias) =>
    sql.unsafe(names.map((name) => `${alias}.${name}`).join(', '));

/** The columns of an `OrderRow`. `alias` is of the table `orders` or the view `order_dataset`. */
export const orderColumns = createColumns(orderNames);

/** The columns of a `ContactRow`. */
export const contactColumns = createColumns(contactNames);

/** The number of a checkout, as the column `number`. `alias` is of the table `audit`. */
export const checkoutNumber: Columns = (sql, alias) =>
  sql.unsafe(`${alias}.number_prefix || ${alias}.sequence as number`);

/** The columns of a `PaymentRow`. */
export const paymentColumns = createColumns(paymentNames);

/** The orders of the checkout `a`, a row of `audit`: JSON in the order of its request, as the column `orders`. */
export const checkoutOrders = (sql: Sql): Fragment => sql`(
  select json_agg(o order by u.position)
  from unnest(a.order_ids) with ordinality as u(order_id, position)
  cross join lateral (select ${orderColumns(sql, 'orders')} from orders where id = u.order_id) as o
) as orders`;

/** The columns of a `RefundRow`. */
export const refundColumns = createColumns(refundNames);

/** A `PaymentRow` as JSON, made from the payment columns of `order_dataset`. */
export const datasetPaymentJson: Columns = (sql, alias) =>
  sql.unsafe(
    `json_build_object(${paymentNames
      .map((name) => `'${name}', ${alias}.${name === 'id' ? 'checkout_id' : `payment_${name}`}`)
      .join(', ')})`,
  );

/** The columns of a `ProductRow` without its stock, under the names of its fields. */
export const productFields = (sql: Sql | Transaction): Fragment =>
  sql.unsafe(
    Object.entries(getTableColumns(product))
      .map(([field, { name }]) => `${name} as "${field}"`)
      .join(', '),
  );
