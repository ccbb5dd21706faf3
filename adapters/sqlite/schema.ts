import { getTableColumns, getTableName } from 'drizzle-orm';
import { blob, integer, type SQLiteTable, sqliteTable, sqliteView, text } from 'drizzle-orm/sqlite-core';
import { type Dispute, disputeStatuses } from '../../core/dispute.ts';
import type { InvoiceContent } from '../../core/invoice.ts';
import { ledgerDifferences, type Reconciliation } from '../../core/ledger.ts';
import type { AttachmentInfo, CapturedMail } from '../../core/mail.ts';
import { type Contact, type Order, type OrderState, orderStatuses } from '../../core/order.ts';
import { type Payment, type PaymentAction, paymentStatuses } from '../../core/payment.ts';
import type { Product } from '../../core/product.ts';
import type { ProviderEvent } from '../../core/provider.ts';
import { storedTaskStates, type Task } from '../../core/queue.ts';
import { type Refund, refundOrigins, refundStatuses } from '../../core/refund.ts';
import type { StoredResponse } from '../stored/response.ts';
import type { ServiceKeyRow } from '../stored/serviceKey.ts';

/**
 * When we use Drizzle and when raw SQL:
 * - Drizzle builds the statements of lists and of admin reads: a product or a checkout by its id, an order's history,
 *   invoice and licences, tasks, reconciliations, captured mails, service keys, secrets.
 * - Raw SQL is used for every statement that is measured, by a benchmark or by a test of its plan: placing, finding,
 *   listing and claiming orders, the product search, outcomes, the queue, refunds, the inbox and the money checks. Raw
 *   SQL takes its columns and its row types from this file: see `columnsOf`, `insertInto` and rows.ts.
 *
 * These are the tables as TypeScript sees them. The files in sql/sqlite define them, and a test compares the two.
 */
export const product = sqliteTable('product', {
  position: integer().primaryKey(),
  id: text().notNull(),
  code: text().notNull(),
  name: text().notNull(),
  type: text().notNull(),
  amount: integer().notNull(),
  currency: text().notNull(),
  imageUrl: text('image_url'),
  archived: integer({ mode: 'boolean' }).notNull(),
  createdAtMs: integer('created_ms').notNull(),
  updatedAtMs: integer('updated_ms').notNull(),
});

export const stock = sqliteTable('stock', {
  productId: text('product_id').primaryKey(),
  limited: integer({ mode: 'boolean' }).notNull(),
  units: integer().notNull(),
  delivered: integer().notNull(),
});

export const orders = sqliteTable('orders', {
  position: integer().primaryKey(),
  id: text().notNull(),
  customerId: text('customer_id').notNull(),
  email: text().notNull(),
  language: text(),
  productId: text('product_id').notNull(),
  productCode: text('product_code').notNull(),
  productName: text('product_name').notNull(),
  productType: text('product_type').notNull(),
  quantity: integer().notNull(),
  amount: integer().notNull(),
  currency: text().notNull(),
  status: text({ enum: orderStatuses }).notNull(),
  checkoutId: text('checkout_id'),
  number: text('checkout_number'),
  disputed: integer({ mode: 'boolean' }).notNull(),
  seq: integer().notNull(),
  held: integer().notNull(),
  expiresAtMs: integer('expires_ms').notNull(),
  createdAtMs: integer('created_ms').notNull(),
  updatedAtMs: integer('updated_ms').notNull(),
});

export const orderHistory = sqliteView('order_history', {
  orderId: text('order_id').notNull(),
  seq: integer().notNull(),
  state: text().notNull(),
  atMs: integer('at_ms').notNull(),
  detail: text(),
}).existing();

export const audit = sqliteTable('audit', {
  sequence: integer().primaryKey(),
  numberPrefix: text('number_prefix').notNull(),
  id: text().notNull(),
  key: text().notNull(),
  customerId: text('customer_id').notNull(),
  orderIds: text('order_ids', { mode: 'json' }).$type<readonly string[]>().notNull(),
  createdAtMs: integer('created_ms').notNull(),
});

export const payment = sqliteTable('payment', {
  id: text().primaryKey(),
  status: text({ enum: paymentStatuses }).notNull(),
  attempt: integer().notNull(),
  amount: integer().notNull(),
  currency: text().notNull(),
  method: text().notNull(),
  reference: text(),
  declineCode: text('decline_code'),
  action: text({ mode: 'json' }).$type<PaymentAction>(),
  recoverAtMs: integer('recover_ms').notNull(),
  claimedAtMs: integer('claimed_ms').notNull(),
  updatedAtMs: integer('updated_ms').notNull(),
  response: text({ mode: 'json' }).$type<StoredResponse>(),
});

export const task = sqliteTable('task', {
  id: text().primaryKey(),
  checkoutId: text('checkout_id'),
  orderIds: text('order_ids', { mode: 'json' }).$type<readonly string[]>().notNull(),
  seqs: text({ mode: 'json' }).$type<readonly number[]>().notNull(),
  jobId: text('job_id'),
  pipeline: text().notNull(),
  step: text().notNull(),
  state: text({ enum: storedTaskStates }).notNull(),
  attempts: integer().notNull(),
  crashes: integer().notNull(),
  lease: integer().notNull(),
  leaseUntilMs: integer('lease_until_ms'),
  runAtMs: integer('run_ms').notNull(),
  lastError: text('last_error'),
  traceparent: text(),
});

export const finishedTasks = sqliteTable('finished_tasks', {
  atMs: integer('at_ms').notNull(),
  pipeline: text().notNull(),
  tasks: integer().notNull(),
});

export const invoice = sqliteTable('invoice', {
  year: integer().notNull(),
  sequence: integer().notNull(),
  checkoutId: text('checkout_id').notNull(),
  taskId: text('task_id').notNull(),
  pipeline: text().notNull(),
  issuedAtMs: integer('issued_ms').notNull(),
  content: text({ mode: 'json' }).$type<InvoiceContent>().notNull(),
});

export const licence = sqliteTable('licence', {
  orderId: text('order_id').notNull(),
  unit: integer().notNull(),
  key: text().notNull(),
});

export const refund = sqliteTable('refund', {
  id: text().primaryKey(),
  key: text().notNull(),
  fingerprint: text().notNull(),
  orderId: text('order_id'),
  paymentId: text('payment_id'),
  chargeReference: text('charge_reference'),
  amount: integer().notNull(),
  currency: text().notNull(),
  origin: text({ enum: refundOrigins }).notNull(),
  reason: text().notNull(),
  restock: integer({ mode: 'boolean' }),
  status: text({ enum: refundStatuses }).notNull(),
  reference: text(),
  creditNoteYear: integer('credit_note_year'),
  creditNoteSequence: integer('credit_note_sequence'),
  creditedInvoice: text('credited_invoice'),
  creditedLine: integer('credited_line'),
  error: text(),
  createdAtMs: integer('created_ms').notNull(),
  updatedAtMs: integer('updated_ms').notNull(),
});

export const dispute = sqliteTable('dispute', {
  id: text().primaryKey(),
  paymentId: text('payment_id').notNull(),
  reference: text().notNull(),
  amount: integer().notNull(),
  currency: text().notNull(),
  reason: text().notNull(),
  status: text({ enum: disputeStatuses }).notNull(),
  atMs: integer('at_ms').notNull(),
  updatedAtMs: integer('updated_ms').notNull(),
});

export const providerEvent = sqliteTable('provider_event', {
  id: text().primaryKey(),
  provider: text().notNull(),
  eventId: text('event_id').notNull(),
  type: text().notNull(),
  event: text({ mode: 'json' }).$type<ProviderEvent>().notNull(),
  body: text().notNull(),
  receivedMs: integer('received_ms').notNull(),
});

export const reconciliation = sqliteTable('reconciliation', {
  id: text().primaryKey(),
  day: text().notNull(),
  dayMs: integer('day_ms').notNull(),
  endMs: integer('end_ms').notNull(),
  createdAtMs: integer('created_ms').notNull(),
  finishedAtMs: integer('finished_ms'),
  charges: integer().notNull(),
  refunds: integer().notNull(),
  differences: integer().notNull(),
});

export const reconciliationDifference = sqliteTable('reconciliation_difference', {
  id: text().primaryKey(),
  reconciliationId: text('reconciliation_id').notNull(),
  kind: text({ enum: ledgerDifferences }).notNull(),
  providerId: text('provider_id'),
  chargeReference: text('charge_reference'),
  paymentId: text('payment_id'),
  refundId: text('refund_id'),
  oursAmount: integer('ours_amount'),
  oursCurrency: text('ours_currency'),
  theirsAmount: integer('theirs_amount'),
  theirsCurrency: text('theirs_currency'),
  atMs: integer('at_ms').notNull(),
});

export const capturedMail = sqliteTable('captured_mail', {
  id: integer().primaryKey(),
  messageId: text('message_id').notNull(),
  checkoutId: text('checkout_id'),
  orderIds: text('order_ids', { mode: 'json' }).$type<readonly string[]>().notNull(),
  to: text('recipient').notNull(),
  subject: text().notNull(),
  text: text().notNull(),
  html: text().notNull(),
  attachments: text({ mode: 'json' }).$type<readonly AttachmentInfo[]>().notNull(),
  contents: blob({ mode: 'buffer' }),
  atMs: integer('at_ms').notNull(),
});

export const heartbeat = sqliteTable('heartbeat', {
  id: integer().primaryKey(),
  atMs: integer('at_ms').notNull(),
});

export const secret = sqliteTable('secret', {
  name: text().primaryKey(),
  value: text().notNull(),
});

export const serviceKey = sqliteTable('service_key', {
  id: text().primaryKey(),
  hash: text().notNull(),
  name: text().notNull(),
  permissions: text().notNull(),
  creatorId: text('creator_id').notNull(),
  creatorEmail: text('creator_email').notNull(),
  createdAtMs: integer('created_ms').notNull(),
  expiresAtMs: integer('expires_ms').notNull(),
  lastUsedAtMs: integer('last_used_ms'),
});

/** For raw SQL: the columns of a table, under the names that they have in its row type. */
export const columnsOf = (table: SQLiteTable, alias: string, except: readonly string[] = []): string =>
  Object.entries(getTableColumns(table))
    .filter(([name]) => !except.includes(name))
    .map(([name, column]) => `${alias}.${column.name} as ${name}`)
    .join(', ');

/** For raw SQL: an insert of a whole row. The values are bound by the names in the row type. */
export const insertInto = (table: SQLiteTable): string => {
  const columns = Object.entries(getTableColumns(table));
  const names = columns.map(([, column]) => column.name).join(', ');
  return `insert into ${getTableName(table)} (${names}) values (${columns.map(([name]) => `$${name}`).join(', ')})`;
};

/** These types compile only while the rows have the fields of core's types. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : never;
type Plain<T> = { -readonly [K in keyof T]: T[K] };
/** The fields of an object, such as `product`, as columns: `productId`, … */
type Columns<Name extends string, T> = { [K in keyof T & string as `${Name}${Capitalize<K>}`]: T[K] };

export const rowsMatchCore: [
  Same<
    Omit<typeof product.$inferSelect, 'position'>,
    Plain<Omit<Product, 'price' | 'stock'> & Product['price']>
  >,
  Same<
    Omit<typeof orders.$inferSelect, 'position' | 'seq' | 'held'>,
    Plain<Omit<Order, 'product' | 'total'> & Columns<'product', Order['product']> & Order['total'] & Contact>
  >,
  Same<Omit<typeof orderHistory.$inferSelect, 'orderId'>, Plain<OrderState>>,
  Same<
    Pick<typeof payment.$inferSelect, Exclude<keyof Payment, 'amount'> | 'amount' | 'currency'>,
    Plain<Omit<Payment, 'amount'> & Payment['amount']>
  >,
  Same<
    Omit<typeof task.$inferSelect, 'state' | 'lease' | 'leaseUntilMs' | 'seqs' | 'traceparent'>,
    Plain<Omit<Task, 'state'>>
  >,
  Same<
    Omit<
      typeof refund.$inferSelect,
      | 'key'
      | 'fingerprint'
      | 'reference'
      | 'chargeReference'
      | 'creditNoteYear'
      | 'creditNoteSequence'
      | 'creditedInvoice'
      | 'creditedLine'
    >,
    Plain<Omit<Refund, 'amount' | 'creditNote' | 'creditedLine'> & Refund['amount']>
  >,
  Same<typeof dispute.$inferSelect, Plain<Omit<Dispute, 'amount'> & Dispute['amount']>>,
  Same<typeof reconciliation.$inferSelect, Plain<Reconciliation>>,
  Same<Omit<typeof capturedMail.$inferSelect, 'id' | 'contents'>, Plain<CapturedMail>>,
  Same<typeof serviceKey.$inferSelect, Plain<ServiceKeyRow>>,
] = [true, true, true, true, true, true, true, true, true, true];
