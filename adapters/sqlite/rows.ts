import { invoiceNumber } from '../../core/invoice.ts';
import type { Contact, InvoiceReference, Order } from '../../core/order.ts';
import type { Payment } from '../../core/payment.ts';
import type { Product } from '../../core/product.ts';
import { columnsOf, type invoice, type orders, type payment, product } from './schema.ts';

export type ProductRow = typeof product.$inferSelect;
/** A product with the units that are left; null if it cannot run out. */
export type StockedProductRow = ProductRow & { readonly stock: number | null };
/** The units left in a row of `stock`, for raw SQL. */
export const unitsLeft = 'case when stock.limited = 1 then stock.units end';
/** The columns of a `StockedProductRow`, if `stock` is joined to the product `p`. */
export const stockedProductColumns = `${columnsOf(product, 'p')}, ${unitsLeft} as stock`;
/** A select without its conditions. */
export const selectStockedProducts = `
  select ${stockedProductColumns} from product p cross join stock on stock.product_id = p.id`;
export type OrderRow = typeof orders.$inferSelect;
/** The columns that a list of orders does not read. */
export const unlistedColumns = ['email', 'language', 'seq', 'held'] as const;
export type ListedOrderRow = Omit<OrderRow, (typeof unlistedColumns)[number]>;
export type PaymentRow = typeof payment.$inferSelect;
/** The columns that core's `Payment` does not have. */
export const paymentOnlyColumns = [
  'attempt',
  'recoverAtMs',
  'claimedAtMs',
  'updatedAtMs',
  'response',
] as const;
export type CorePaymentRow = Omit<PaymentRow, (typeof paymentOnlyColumns)[number]>;

export const productOf = (row: Omit<StockedProductRow, 'position'>): Product => ({
  id: row.id,
  code: row.code,
  name: row.name,
  type: row.type,
  price: { amount: row.amount, currency: row.currency },
  stock: row.stock,
  imageUrl: row.imageUrl,
  // Raw SQL returns 0 or 1.
  archived: Boolean(row.archived),
  createdAtMs: row.createdAtMs,
  updatedAtMs: row.updatedAtMs,
});

export const orderOf = (row: Omit<ListedOrderRow, 'position'>): Order => ({
  id: row.id,
  customerId: row.customerId,
  product: { id: row.productId, code: row.productCode, name: row.productName, type: row.productType },
  quantity: row.quantity,
  total: { amount: row.amount, currency: row.currency },
  status: row.status,
  checkoutId: row.checkoutId,
  number: row.number,
  expiresAtMs: row.expiresAtMs,
  // Raw SQL returns 0 or 1.
  disputed: Boolean(row.disputed),
  createdAtMs: row.createdAtMs,
  updatedAtMs: row.updatedAtMs,
});

export const contactOf = ({ email, language }: OrderRow): Contact => ({ email, language });

export const paymentOf = (row: CorePaymentRow): Payment => ({
  id: row.id,
  status: row.status,
  amount: { amount: row.amount, currency: row.currency },
  method: row.method,
  reference: row.reference,
  declineCode: row.declineCode,
  action: row.action,
});

export const invoiceReferenceOf = ({
  year,
  sequence,
  issuedAtMs,
}: Pick<typeof invoice.$inferSelect, 'year' | 'sequence' | 'issuedAtMs'>): InvoiceReference => ({
  number: invoiceNumber(year, sequence),
  issuedAtMs,
});
