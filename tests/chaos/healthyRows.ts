import type { Snapshot } from './snapshot.ts';

type Writable<T> = T extends readonly (infer Row)[]
  ? Row[]
  : T extends object
    ? { -readonly [K in keyof T]: Writable<T[K]> }
    : T;

/** A snapshot that tests can change. */
export type Shop = Writable<Snapshot>;

export const order = (
  id: string,
  productId: string,
  type: string,
  status: string,
  checkoutId: string | null,
): Shop['orders'][number] => ({
  id,
  email: 'an@shop.test',
  productId,
  type,
  quantity: 1,
  amount: 10,
  currency: 'VND',
  status,
  disputed: false,
  checkoutId,
  held: 0,
  expiresMs: 2_000,
});

export const states = (
  orderId: string,
  names: readonly string[],
  /** By state. */
  details: Readonly<Record<string, string>> = {},
): Shop['history'] =>
  names.map((state, index) => ({
    orderId,
    seq: index + 1,
    state,
    atMs: index,
    detail: details[state] ?? null,
  }));

/** The history of an order whose checkout was declined after its end. */
export const expiredStates = (orderId: string, expiresMs: number): Shop['history'] => [
  ...states(orderId, ['pending', 'paying']),
  { orderId, seq: 3, state: 'pending', atMs: expiresMs, detail: 'declined: expired_card' },
  { orderId, seq: 4, state: 'cancelled', atMs: expiresMs, detail: 'expired' },
];

export const payment = (
  id: string,
  status: string,
  amount: number,
  reference: string | null,
): Shop['payments'][number] => ({ id, status, amount, currency: 'VND', reference });

export const refund = (
  id: string,
  key: string,
  orderId: string | null,
  paymentId: string,
  amount: number,
  status: string,
): Shop['refunds'][number] => ({
  id,
  key,
  orderId,
  paymentId,
  amount,
  currency: 'VND',
  origin: orderId === null ? 'system' : 'operator',
  status,
  reference: status === 'succeeded' ? `re${id.slice(1)}` : null,
  createdMs: 1,
  updatedMs: 2,
});

export const activity = (
  action: string,
  target: string,
  orderId: string | null,
  detail: string,
): Shop['activity'][number] => ({ action, target, orderId, detail, requestId: `request of ${target}` });

export const charge = (
  id: string,
  paymentId: string,
  amount: number,
  status: string,
): Shop['charges'][number] => ({
  id,
  paymentId,
  amount,
  currency: 'VND',
  status,
});

export const providerRefund = (
  id: string,
  refundId: string | null,
  chargeId: string,
  amount: number,
): Shop['providerRefunds'][number] => ({
  id,
  refundId,
  chargeId,
  amount,
  currency: 'VND',
  status: 'succeeded',
});

export const mail = (
  orderIds: string | readonly string[],
  kind: Shop['mails'][number]['kind'],
  messageId: string,
  attachedInvoices: readonly string[] = [],
): Shop['mails'][number] => ({
  ...{ orderIds: [orderIds].flat(), kind, messageId, taskId: messageId, to: 'an@shop.test' },
  attachedInvoices,
});

/** A credit note of 2026. `credited` is the number of the invoice and the line on it. */
export const creditNote = (
  refundId: string,
  sequence: number,
  credited: string,
): Shop['creditNotes'][number] => ({ refundId, year: 2026, sequence, credited });

/** An invoice of 2026 with a line of 10 for each order, held by the task. */
export const invoice = (
  checkoutId: string,
  sequence: number,
  orderIds: readonly string[],
  taskId: string,
): Shop['invoices'][number] => ({
  checkoutId,
  taskId,
  year: 2026,
  sequence,
  lines: orderIds.map((orderId) => ({ orderId, amount: 10 })),
  total: 10 * orderIds.length,
});
