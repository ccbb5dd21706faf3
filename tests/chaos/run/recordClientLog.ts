import { type Reply, textAt, valueAt } from '../../processes/client.ts';
import type { CheckoutReply, RefundReply, Told } from '../clientLog.ts';

/** What customers and operators write down of what they are told. */
export type Diary = {
  ordered(order: Told['orders'][number]): void;
  cancelled(orderId: string): void;
  answered(key: string, orderIds: readonly string[], reply: Reply | null): void;
  /** By the provider itself, after a challenge. */
  confirmed(paymentId: string): void;
  refunded(key: string, orderId: string, amount: number | null, reply: Reply | null): void;
  /** A broken connection is always to be expected. */
  expect(reply: Reply | null, call: string, statuses: readonly number[]): void;
  /** Something that must not be. */
  saw(what: string): void;
  /** What was told to be paid, the newest last. */
  readonly paid: readonly PaidOrder[];
  readonly told: Spoken;
};

export type PaidOrder = Pick<Told['orders'][number], 'id' | 'amount'>;

/** What was said while the shop was open. */
export type Spoken = Pick<
  Told,
  'orders' | 'cancelled' | 'checkouts' | 'refunds' | 'confirmed' | 'unexpected'
>;

export const diary = (): Diary => {
  const orders = new Map<string, Told['orders'][number]>();
  const paid: PaidOrder[] = [];
  const cancelled: string[] = [];
  const checkouts: CheckoutReply[] = [];
  const refunds: RefundReply[] = [];
  const confirmed: string[] = [];
  const unexpected: string[] = [];
  const surprise = (call: string, reply: Reply | null) =>
    void unexpected.push(`${call}: ${reply?.status} ${JSON.stringify(reply?.body)}`);
  return {
    paid,
    get told() {
      return { orders: [...orders.values()], cancelled, checkouts, refunds, confirmed, unexpected };
    },
    ordered: (order) => void orders.set(order.id, order),
    cancelled: (orderId) => void cancelled.push(orderId),
    answered: (key, orderIds, reply) => {
      const said = reply === null ? 'lost' : meaning(reply);
      if (said === null) surprise('POST /checkouts', reply);
      if (said === 'succeeded') paid.push(...orderIds.flatMap((id) => orders.get(id) ?? []));
      checkouts.push({
        key,
        orderIds,
        said: said ?? 'lost',
        checkoutId: textOrNull(reply, 'checkoutId'),
        replay: reply?.headers.get('idempotent-replayed') === 'true' ? JSON.stringify(reply.body) : null,
      });
    },
    confirmed: (paymentId) => void confirmed.push(paymentId),
    refunded: (key, orderId, amount, reply) => {
      const said = reply === null ? 'lost' : meaningOfRefund(reply);
      if (said === null) surprise('POST /refunds', reply);
      const isAccepted = reply !== null && said === 'accepted';
      refunds.push({
        key,
        orderId,
        amount,
        refundId: isAccepted ? textAt(reply, 'id') : null,
        body: isAccepted ? JSON.stringify(reply.body) : null,
        said: said ?? 'lost',
      });
    },
    expect: (reply, call, statuses) => {
      if (reply !== null && !statuses.includes(reply.status)) surprise(call, reply);
    },
    saw: (what) => void unexpected.push(what),
  };
};

const accepted = ['succeeded', 'declined', 'requires_action', 'unknown', 'cancelled'] as const;
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

const refundRefusals = ['order_not_refundable', 'refund_too_large'];

/** A 503 may hide that it was written. */
const meaningOfRefund = ({ status, body }: Reply): RefundReply['said'] | null => {
  if (status === 202) return 'accepted';
  if (status === 409 && refundRefusals.includes(String(valueAt(body, 'code')))) return 'refused';
  return status === 503 ? 'lost' : null;
};

const textOrNull = (reply: Reply | null, name: string): string | null => {
  const value = valueAt(reply?.body, name);
  return typeof value === 'string' ? value : null;
};
