import type { Contact, Order } from '../../core/order.ts';
import type { Payment } from '../../core/payment.ts';
import type { Product } from '../../core/product.ts';
import type { contactNames, orderExtras, paymentExtras } from './columns.ts';
import type { orders, payment, product, RowOf } from './schema.ts';

/** A row of `product`, with the units that are left; null for a product that cannot run out. */
export type ProductRow = typeof product.$inferSelect & { readonly stock: number | null };

export const productOf = ({ amount, currency, ...row }: ProductRow): Product => ({
  ...row,
  price: { amount, currency },
});

/** A row of `orderColumns`. */
export type OrderRow = Omit<RowOf<typeof orders>, (typeof orderExtras)[number]>;

export const orderOf = (row: OrderRow): Order => ({
  id: row.id,
  customerId: row.customer_id,
  product: { id: row.product_id, code: row.product_code, name: row.product_name, type: row.product_type },
  quantity: row.quantity,
  total: { amount: row.amount, currency: row.currency },
  status: row.status,
  checkoutId: row.checkout_id,
  number: row.checkout_number,
  expiresAtMs: row.expires_ms,
  disputed: row.disputed,
  createdAtMs: row.created_ms,
  updatedAtMs: row.updated_ms,
});

/** A row of `paymentColumns`. */
export type PaymentRow = Omit<RowOf<typeof payment>, (typeof paymentExtras)[number]>;

export const paymentOf = (row: PaymentRow): Payment => ({
  id: row.id,
  status: row.status,
  amount: { amount: row.amount, currency: row.currency },
  method: row.method,
  reference: row.reference,
  declineCode: row.decline_code,
  action: row.action,
});

/** A row of `contactColumns`. */
export type ContactRow = Pick<RowOf<typeof orders>, (typeof contactNames)[number]>;

export const contactOf = ({ email, language }: ContactRow): Contact => ({ email, language });
