import { type Reply, valueAt } from '../client.ts';
import type { CheckoutReply, Told } from '../snapshot.ts';

/** What the customers write down of what they are told. */
export type Diary = {
  ordered(order: Told['orders'][number]): void;
  cancelled(orderId: string): void;
  answered(key: string, orderIds: readonly string[], reply: Reply | null): void;
  /** A broken connection is always to be expected. */
  expect(reply: Reply | null, call: string, statuses: readonly number[]): void;
  /** Something that must not be. */
  saw(what: string): void;
  readonly told: Told;
};

export const diary = (): Diary => {
  const orders: Told['orders'][number][] = [];
  const cancelled: string[] = [];
  const checkouts: CheckoutReply[] = [];
  const unexpected: string[] = [];
  return {
    told: { orders, cancelled, checkouts, unexpected, finalOrders: [], finalCheckouts: [] },
    ordered: (order) => void orders.push(order),
    cancelled: (orderId) => void cancelled.push(orderId),
    answered: (key, orderIds, reply) => {
      const said = reply === null ? 'lost' : meaning(reply);
      if (said === null) unexpected.push(`POST /checkouts: ${reply?.status} ${JSON.stringify(reply?.body)}`);
      checkouts.push({
        key,
        orderIds,
        said: said ?? 'lost',
        checkoutId: checkoutIdOf(reply),
        replay: reply?.headers.get('idempotent-replayed') === 'true' ? JSON.stringify(reply.body) : null,
      });
    },
    expect: (reply, call, statuses) => {
      if (reply !== null && !statuses.includes(reply.status))
        unexpected.push(`${call}: ${reply.status} ${JSON.stringify(reply.body)}`);
    },
    saw: (what) => void unexpected.push(what),
  };
};

const accepted = ['succeeded', 'declined', 'unknown', 'cancelled'] as const;
const refusals = ['checkout_in_progress', 'order_in_progress', 'order_not_payable', 'out_of_stock'];

/** Null for an answer that the contract has no place for here. */
const meaning = ({ status, body }: Reply): CheckoutReply['said'] | null => {
  const code = String(valueAt(body, 'code'));
  if (status === 202) return accepted.find((one) => one === valueAt(body, 'status')) ?? null;
  if (status === 402 && code === 'payment_declined')
    return valueAt(body, 'declineCode') === 'cancelled' ? 'cancelled' : 'declined';
  if (status === 409 && refusals.includes(code)) return 'refused';
  if (status !== 503) return null;
  return code === 'payment_unavailable' ? 'unavailable' : 'refused';
};

const checkoutIdOf = (reply: Reply | null): string | null => {
  const id = valueAt(reply?.body, 'checkoutId');
  return typeof id === 'string' ? id : null;
};
