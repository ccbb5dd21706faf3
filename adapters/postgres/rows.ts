import type { Contact, Order, OrderStatus } from '../../core/order.ts';
import type { Payment, PaymentAction, PaymentStatus } from '../../core/payment.ts';
import type { LockedTask } from '../../core/queue.ts';

/** A row of `orders` as raw statements read it. */
export type OrderRow = {
  readonly id: string;
  readonly customer_id: string;
  readonly product_id: string;
  readonly product_code: string;
  readonly product_name: string;
  readonly product_type: string;
  readonly quantity: number;
  readonly amount: number;
  readonly currency: string;
  readonly status: OrderStatus;
  readonly checkout_id: string | null;
  readonly created_ms: number;
  readonly updated_ms: number;
};

export const orderOf = (row: OrderRow): Order => ({
  id: row.id,
  customerId: row.customer_id,
  product: { id: row.product_id, code: row.product_code, name: row.product_name, type: row.product_type },
  quantity: row.quantity,
  total: { amount: row.amount, currency: row.currency },
  status: row.status,
  checkoutId: row.checkout_id,
  createdAtMs: row.created_ms,
  updatedAtMs: row.updated_ms,
});

/** A row of `payment`. */
export type PaymentRow = {
  readonly id: string;
  readonly status: PaymentStatus;
  readonly amount: number;
  readonly currency: string;
  readonly method: string;
  readonly reference: string | null;
  readonly decline_code: string | null;
  readonly action: PaymentAction | null;
};

export const paymentOf = (row: PaymentRow): Payment => ({
  id: row.id,
  status: row.status,
  amount: { amount: row.amount, currency: row.currency },
  method: row.method,
  reference: row.reference,
  declineCode: row.decline_code,
  action: row.action,
});

/** A locked row of `task` beside its order. */
export type TaskRow = OrderRow & {
  readonly task_id: string;
  readonly pipeline: string;
  readonly step: string;
  readonly attempts: number;
  readonly task_seq: number;
  readonly run_ms: number;
  readonly email: string;
  readonly language: string | null;
};

export const lockedTaskOf = (row: TaskRow): LockedTask => ({
  id: row.task_id,
  step: row.step,
  attempts: row.attempts,
  seq: row.task_seq,
  order: orderOf(row),
});

export const contactOf = ({ email, language }: Contact): Contact => ({ email, language });
