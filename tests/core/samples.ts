import type { CheckoutRequest, CheckoutResponse, Claim } from '../../core/audit.ts';
import type { Order } from '../../core/order.ts';

/** Builders of test data: fixed values, except for the arguments. */
export const checkoutRequest = (
  orderIds: readonly string[],
  changes: Partial<CheckoutRequest> = {},
): CheckoutRequest => ({
  checkoutId: 'checkout-key',
  key: 'key',
  customerId: 'an',
  orderIds,
  method: 'card',
  recoverAtMs: 100,
  ...changes,
});

export const order = (id: string, changes: Partial<Order> = {}): Order => ({
  id,
  customerId: 'an',
  product: { id: 'product', code: 'AT-1', name: 'Áo thun', type: 'physical' },
  quantity: 1,
  total: { amount: 100, currency: 'VND' },
  status: 'pending',
  checkoutId: null,
  number: null,
  expiresAtMs: 1_000_000,
  disputed: false,
  createdAtMs: 10,
  updatedAtMs: 10,
  ...changes,
});

export const claimOf = (orders: readonly Order[]): Claim => ({
  checkoutId: 'checkout',
  number: 'T-1',
  attempt: 1,
  amount: { amount: 100 * orders.length, currency: 'VND' },
  method: 'card',
  orders,
});

export const responseTo = ({ checkoutId, method }: CheckoutRequest): CheckoutResponse => ({
  status: 'succeeded',
  checkoutId,
  number: 'T-1',
  requestId: 'request',
  payment: {
    id: checkoutId,
    status: 'succeeded',
    amount: { amount: 100, currency: 'VND' },
    method,
    reference: 'ch_1',
    declineCode: null,
    action: null,
  },
  orders: [],
});

/** Nothing changes. */
export const noTransitions = {
  history: [],
  advanced: [],
  parked: [],
  waiting: [],
  completed: [],
  finished: [],
  failed: [],
};
