import type { Checkout } from '../../core/audit.ts';
import type { Order } from '../../core/order.ts';
import { type AuditRow, rowOf, type Tables } from './tables.ts';

export const findCheckout = (tables: Tables, checkoutId: string): Checkout | null => {
  const audit = tables.audits.get(checkoutId);
  if (audit === undefined) return null;
  const { payment, updatedAtMs } = rowOf(tables.payments, checkoutId);
  const { id, number, customerId, createdAtMs } = audit;
  return { id, number, customerId, payment, orders: ordersOf(tables, audit), createdAtMs, updatedAtMs };
};

export const ordersOf = (tables: Tables, { orderIds }: AuditRow): readonly Order[] =>
  orderIds.map((id) => rowOf(tables.orders, id).order);
