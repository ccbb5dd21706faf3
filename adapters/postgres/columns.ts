import { getTableColumns } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import type { Fragment } from 'postgres';
import type { Sql, Transaction } from './connection.ts';
import { orders, payment, type RowOf, refund } from './schema.ts';

/**
 * The columns that plain SQL reads, and what makes a row of them (see rows.ts), both from the one schema. A statement
 * that named its columns itself would go on without one that is added, and its row would lack what its type says.
 */

export const contactNames = ['email', 'language'] as const satisfies readonly (keyof RowOf<typeof orders>)[];

/** What the table has beside core's `Order`. */
export const orderExtras = [...contactNames, 'seq'] as const;

/** What the table has beside core's `Payment`. */
export const paymentExtras = ['attempt', 'due_ms', 'claimed_ms', 'updated_ms', 'answer'] as const;

/** What the table has beside what makes core's `Refund`. */
export const refundExtras = ['key', 'fingerprint', 'reference'] as const;

const namesOf = (table: PgTable, extras: readonly string[] = []): readonly string[] =>
  Object.values(getTableColumns(table))
    .map(({ name }) => name)
    .filter((name) => !extras.includes(name));

const orderNames = namesOf(orders, orderExtras);
const paymentNames = namesOf(payment, paymentExtras);
const refundNames = namesOf(refund, refundExtras);

type Columns = (sql: Sql | Transaction, alias: string) => Fragment;

const columnsOf =
  (names: readonly string[]): Columns =>
  (sql, alias) =>
    sql.unsafe(names.map((name) => `${alias}.${name}`).join(', '));

/** Of an `OrderRow`, for a select from `orders` or from `order_dataset`. */
export const orderColumns = columnsOf(orderNames);

/** Of a `ContactRow`. */
export const contactColumns = columnsOf(contactNames);

/** Of a `PaymentRow`. */
export const paymentColumns = columnsOf(paymentNames);

/** Of a `RefundRow`. */
export const refundColumns = columnsOf(refundNames);

/** A `PaymentRow` as JSON, of the payment that stands beside an order in `order_dataset`. */
export const datasetPayment: Columns = (sql, alias) =>
  sql.unsafe(
    `json_build_object(${paymentNames
      .map((name) => `'${name}', ${alias}.${name === 'id' ? 'checkout_id' : `payment_${name}`}`)
      .join(', ')})`,
  );
