import {
  bigint,
  boolean,
  customType,
  integer,
  json,
  jsonb,
  type PgTable,
  pgTable,
  text,
  uuid,
} from 'drizzle-orm/pg-core';
import { type Dispute, disputeStatuses } from '../../core/dispute.ts';
import type { AttachmentInfo, CapturedMail } from '../../core/mail.ts';
import { type Contact, type Order, orderStatuses } from '../../core/order.ts';
import { type Payment, type PaymentAction, paymentStatuses } from '../../core/payment.ts';
import type { Product } from '../../core/product.ts';
import { storedTaskStates, type Task } from '../../core/queue.ts';
import { type Refund, refundOrigins, refundStatuses } from '../../core/refund.ts';
import type { StoredResponse } from '../stored/response.ts';
import type { ServiceKeyRow } from '../stored/serviceKey.ts';

/**
 * When we use Drizzle and when raw SQL:
 * - Drizzle builds the statements of lists and of admin reads (products, tasks, captured mails, service keys, secrets).
 * - Raw SQL is used for every statement that is measured, by a benchmark or by a test of its plan: placing, claiming
 *   and finding orders, checkouts, the queue, refunds, the inbox, the ledger, and the order list. Raw SQL takes its
 *   columns and its row types from this file; see columns.ts.
 *
 * These are the tables as TypeScript sees them. The files in sql/postgres define them, and a test compares the two.
 * Generated columns are left out.
 */
export const product = pgTable('product', {
  id: uuid().primaryKey(),
  code: text().notNull(),
  name: text().notNull(),
  type: text().notNull(),
  amount: bigint({ mode: 'number' }).notNull(),
  currency: text().notNull(),
  imageUrl: text('image_url'),
  archived: boolean().notNull(),
  createdAtMs: bigint('created_ms', { mode: 'number' }).notNull(),
  updatedAtMs: bigint('updated_ms', { mode: 'number' }).notNull(),
});

export const stock = pgTable('stock', {
  productId: uuid('product_id').primaryKey(),
  limited: boolean().notNull(),
  units: bigint({ mode: 'number' }).notNull(),
  delivered: bigint({ mode: 'number' }).notNull(),
});

export const orders = pgTable('orders', {
  id: uuid().primaryKey(),
  customerId: text('customer_id').notNull(),
  email: text().notNull(),
  language: text(),
  productId: uuid('product_id').notNull(),
  productCode: text('product_code').notNull(),
  productName: text('product_name').notNull(),
  productType: text('product_type').notNull(),
  quantity: integer().notNull(),
  amount: bigint({ mode: 'number' }).notNull(),
  currency: text().notNull(),
  status: text({ enum: orderStatuses }).notNull(),
  checkoutId: uuid('checkout_id'),
  number: text('checkout_number'),
  disputed: boolean().notNull(),
  seq: integer().notNull(),
  held: integer().notNull(),
  expiresAtMs: bigint('expires_ms', { mode: 'number' }).notNull(),
  createdAtMs: bigint('created_ms', { mode: 'number' }).notNull(),
  updatedAtMs: bigint('updated_ms', { mode: 'number' }).notNull(),
});

export const payment = pgTable('payment', {
  id: uuid().primaryKey(),
  status: text({ enum: paymentStatuses }).notNull(),
  attempt: integer().notNull(),
  amount: bigint({ mode: 'number' }).notNull(),
  currency: text().notNull(),
  method: text().notNull(),
  reference: text(),
  declineCode: text('decline_code'),
  action: jsonb().$type<PaymentAction>(),
  response: json().$type<StoredResponse>(),
  recoverAtMs: bigint('recover_ms', { mode: 'number' }).notNull(),
  claimedAtMs: bigint('claimed_ms', { mode: 'number' }).notNull(),
  updatedAtMs: bigint('updated_ms', { mode: 'number' }).notNull(),
});

export const refund = pgTable('refund', {
  id: uuid().primaryKey(),
  key: text().notNull(),
  fingerprint: text().notNull(),
  orderId: uuid('order_id'),
  paymentId: uuid('payment_id'),
  chargeReference: text('charge_reference'),
  amount: bigint({ mode: 'number' }).notNull(),
  currency: text().notNull(),
  origin: text({ enum: refundOrigins }).notNull(),
  reason: text().notNull(),
  restock: boolean(),
  status: text({ enum: refundStatuses }).notNull(),
  reference: text(),
  creditNoteYear: integer('credit_note_year'),
  creditNoteSequence: integer('credit_note_sequence'),
  creditedInvoice: text('credited_invoice'),
  creditedLine: integer('credited_line'),
  error: text(),
  createdAtMs: bigint('created_ms', { mode: 'number' }).notNull(),
  updatedAtMs: bigint('updated_ms', { mode: 'number' }).notNull(),
});

export const dispute = pgTable('dispute', {
  id: uuid().primaryKey(),
  paymentId: uuid('payment_id').notNull(),
  reference: text().notNull(),
  amount: bigint({ mode: 'number' }).notNull(),
  currency: text().notNull(),
  reason: text().notNull(),
  status: text({ enum: disputeStatuses }).notNull(),
  atMs: bigint('at_ms', { mode: 'number' }).notNull(),
  updatedAtMs: bigint('updated_ms', { mode: 'number' }).notNull(),
});

export const task = pgTable('task', {
  id: uuid().primaryKey(),
  checkoutId: uuid('checkout_id'),
  orderIds: uuid('order_ids').array().$type<readonly string[]>().notNull(),
  jobId: uuid('job_id'),
  pipeline: text().notNull(),
  step: text().notNull(),
  state: text({ enum: storedTaskStates }).notNull(),
  attempts: integer().notNull(),
  crashes: integer().notNull(),
  runAtMs: bigint('run_ms', { mode: 'number' }).notNull(),
  lastError: text('last_error'),
});

const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' });

export const capturedMail = pgTable('captured_mail', {
  id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  messageId: text('message_id').notNull(),
  checkoutId: uuid('checkout_id'),
  orderIds: uuid('order_ids').array().$type<readonly string[]>().notNull(),
  to: text('recipient').notNull(),
  subject: text().notNull(),
  text: text().notNull(),
  html: text().notNull(),
  attachments: jsonb().$type<readonly AttachmentInfo[]>().notNull(),
  contents: bytes(),
  atMs: bigint('at_ms', { mode: 'number' }).notNull(),
});

export const secret = pgTable('secret', {
  name: text().primaryKey(),
  value: text().notNull(),
});

export const serviceKey = pgTable('service_key', {
  id: uuid().primaryKey(),
  hash: text().notNull(),
  name: text().notNull(),
  permissions: text().notNull(),
  creatorId: text('creator_id').notNull(),
  creatorEmail: text('creator_email').notNull(),
  createdAtMs: bigint('created_ms', { mode: 'number' }).notNull(),
  expiresAtMs: bigint('expires_ms', { mode: 'number' }).notNull(),
  lastUsedAtMs: bigint('last_used_ms', { mode: 'number' }),
});

/** A row of a table as raw SQL returns it: its fields have the names of the columns. */
export type RowOf<Table extends PgTable> = {
  readonly [Key in keyof Table['_']['columns'] as Table['_']['columns'][Key]['_']['name']]: Key extends keyof Table['$inferSelect']
    ? Table['$inferSelect'][Key]
    : never;
};

/** Compiles only while the row types match the types of core. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : never;
type Plain<T> = { -readonly [K in keyof T]: T[K] };
/** An object in a field, such as `product`, as columns: `productId`, … */
type Columns<Name extends string, T> = { [K in keyof T & string as `${Name}${Capitalize<K>}`]: T[K] };

export const rowTypesMatchCore: [
  Same<typeof product.$inferSelect, Plain<Omit<Product, 'price' | 'stock'> & Product['price']>>,
  Same<
    Omit<typeof orders.$inferSelect, 'seq' | 'held'>,
    Plain<Omit<Order, 'product' | 'total'> & Columns<'product', Order['product']> & Order['total'] & Contact>
  >,
  Same<
    Omit<typeof payment.$inferSelect, 'attempt' | 'response' | 'recoverAtMs' | 'claimedAtMs' | 'updatedAtMs'>,
    Plain<Omit<Payment, 'amount'> & Payment['amount']>
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
  Same<Omit<typeof task.$inferSelect, 'state'>, Plain<Omit<Task, 'state'>>>,
  Same<Omit<typeof capturedMail.$inferSelect, 'id' | 'contents'>, Plain<CapturedMail>>,
  Same<typeof serviceKey.$inferSelect, Plain<ServiceKeyRow>>,
] = [true, true, true, true, true, true, true, true];
