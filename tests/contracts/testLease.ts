import type { Order } from '../../core/order.ts';
import type { Lease } from '../../core/queue.ts';

/** A lease, with its first order, which is the only one in most tests. */
export type TestLease = Lease & { readonly order: Order };

export const testLeaseOf = (lease: Lease): TestLease => {
  const [first] = lease.orders;
  if (first === undefined) throw new Error('the lease has no order');
  return { ...lease, order: first.order };
};
