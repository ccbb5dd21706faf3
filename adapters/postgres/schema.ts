import { bigint, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import type { CapturedMail } from '../../core/mail.ts';
import type { Product } from '../../core/product.ts';
import { storedTaskStates, type Task } from '../../core/queue.ts';

/**
 * The tables that are read and written through Drizzle; sql/postgres is the truth about them, and the hot
 * path has statements of its own. Generated columns are left out.
 */
export const product = pgTable('product', {
  id: uuid().primaryKey(),
  code: text().notNull(),
  name: text().notNull(),
  type: text().notNull(),
  amount: bigint({ mode: 'number' }).notNull(),
  currency: text().notNull(),
  stock: integer(),
  createdAtMs: bigint('created_ms', { mode: 'number' }).notNull(),
  updatedAtMs: bigint('updated_ms', { mode: 'number' }).notNull(),
});

export const task = pgTable('task', {
  id: uuid().primaryKey(),
  orderId: uuid('order_id'),
  jobId: uuid('job_id'),
  pipeline: text().notNull(),
  step: text().notNull(),
  state: text({ enum: storedTaskStates }).notNull(),
  attempts: integer().notNull(),
  crashes: integer().notNull(),
  runAtMs: bigint('run_ms', { mode: 'number' }).notNull(),
  lastError: text('last_error'),
});

export const capturedMail = pgTable('captured_mail', {
  id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  messageId: text('message_id').notNull(),
  orderId: uuid('order_id').notNull(),
  to: text('recipient').notNull(),
  subject: text().notNull(),
  text: text().notNull(),
  html: text().notNull(),
  atMs: bigint('at_ms', { mode: 'number' }).notNull(),
});

export const secret = pgTable('secret', {
  name: text().primaryKey(),
  value: text().notNull(),
});

/** Compiles only while the rows are what core says they are. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : never;
type Plain<T> = { -readonly [K in keyof T]: T[K] };

export const rowsAreCores: [
  Same<typeof product.$inferSelect, Plain<Omit<Product, 'price'> & Product['price']>>,
  Same<Omit<typeof task.$inferSelect, 'state'>, Plain<Omit<Task, 'state'>>>,
  Same<Omit<typeof capturedMail.$inferSelect, 'id'>, Plain<CapturedMail>>,
] = [true, true, true];
