import { type Reply, textAt, valueAt } from '../../processes/client.ts';
import type { CheckoutReply, ClientLog, ContactReply, LoggedOrder, RefundReply } from '../clientLog.ts';

/** Records the replies that customers and operators get. */
export type ClientLogRecorder = {
  recordOrder(order: LoggedOrder): void;
  recordCancelled(orderId: string): void;
  /** The customer has asked for this quantity, at most once for each order. */
  recordQuantity(orderId: string, quantity: number, reply: Reply | null): void;
  recordCheckout(key: string, orderIds: readonly string[], reply: Reply | null): void;
  /** The customer has given up the checkout under this key. */
  recordGivenUp(key: string, orderIds: readonly string[], reply: Reply | null): void;
  /** The provider itself confirmed this payment to the customer, after a challenge. */
  recordConfirmed(paymentId: string): void;
  recordRefund(key: string, orderId: string, amount: number | null, reply: Reply | null): void;
  /** An operator has asked for this address of an order. */
  recordContact(orderId: string, email: string, reply: Reply | null): void;
  /** Records the request of an operator's command that was accepted and not repeated. */
  recordCommand(reply: Reply | null): void;
  /** Records a reply with another status as unexpected. A broken connection (null) is always allowed. */
  expectStatus(reply: Reply | null, call: string, statuses: readonly number[]): void;
  recordUnexpected(description: string): void;
  /** The orders of checkouts that were answered as succeeded, newest last. */
  readonly paidOrders: readonly PaidOrder[];
  readonly log: RecordedLog;
};

export type PaidOrder = Pick<LoggedOrder, 'id' | 'amount'>;

/** The part of the client log that is written during the run. */
export type RecordedLog = Pick<
  ClientLog,
  'orders' | 'cancelled' | 'checkouts' | 'refunds' | 'contacts' | 'commands' | 'confirmed' | 'unexpected'
>;

export const createClientLogRecorder = (): ClientLogRecorder => {
  const orders = new Map<string, LoggedOrder>();
  const paidOrders: PaidOrder[] = [];
  const cancelled: string[] = [];
  const checkouts: CheckoutReply[] = [];
  const refunds: RefundReply[] = [];
  const contacts: ContactReply[] = [];
  const commands: string[] = [];
  const confirmed: string[] = [];
  const unexpected: string[] = [];
  const recordUnexpectedReply = (call: string, reply: Reply | null) =>
    void unexpected.push(`${call}: ${reply?.status} ${JSON.stringify(reply?.body)}`);
  return {
    paidOrders,
    get log() {
      const recorded = { cancelled, checkouts, refunds, contacts, commands, confirmed, unexpected };
      return { orders: [...orders.values()], ...recorded };
    },
    recordOrder: (order) => void orders.set(order.id, order),
    recordCancelled: (orderId) => void cancelled.push(orderId),
    recordQuantity: (orderId, quantity, reply) => {
      const order = orders.get(orderId);
      if (order === undefined) return;
      const amount = (order.amount / order.quantity) * quantity;
      if (reply === null || reply.status === 503)
        orders.set(orderId, { ...order, perhaps: { quantity, amount } });
      else if (reply.status !== 200) return;
      else if (valueAt(valueAt(reply.body, 'total'), 'amount') === amount)
        orders.set(orderId, { ...order, quantity, amount });
      else recordUnexpectedReply('PATCH /orders', reply);
    },
    recordCheckout: (key, orderIds, reply) => {
      const outcome = reply === null ? 'lost' : checkoutOutcome(reply);
      if (outcome === null) recordUnexpectedReply('POST /checkouts', reply);
      if (outcome === 'succeeded') paidOrders.push(...orderIds.flatMap((id) => orders.get(id) ?? []));
      checkouts.push({
        key,
        orderIds,
        outcome: outcome ?? 'lost',
        checkoutId: textOrNull(reply, 'checkoutId'),
        replay: reply?.headers.get('idempotent-replayed') === 'true' ? JSON.stringify(reply.body) : null,
      });
    },
    recordGivenUp: (key, orderIds, reply) => {
      const outcome = reply === null ? 'lost' : givenUpOutcome(reply);
      if (outcome === null) recordUnexpectedReply('DELETE /checkouts', reply);
      const checkoutId = textOrNull(reply, 'checkoutId');
      checkouts.push({ key, orderIds, outcome: outcome ?? 'lost', checkoutId, replay: null });
    },
    recordConfirmed: (paymentId) => void confirmed.push(paymentId),
    recordRefund: (key, orderId, amount, reply) => {
      const outcome = reply === null ? 'lost' : refundOutcome(reply);
      if (outcome === null) recordUnexpectedReply('POST /refunds', reply);
      const isAccepted = reply !== null && outcome === 'accepted';
      refunds.push({
        key,
        orderId,
        amount,
        refundId: isAccepted ? textAt(reply, 'id') : null,
        body: isAccepted ? JSON.stringify(reply.body) : null,
        outcome: outcome ?? 'lost',
      });
    },
    recordContact: (orderId, email, reply) =>
      void contacts.push({ orderId, email, outcome: reply?.status === 200 ? 'accepted' : 'lost' }),
    recordCommand: (reply) => {
      if (reply === null || reply.status >= 300 || reply.headers.has('idempotent-replayed')) return;
      commands.push(reply.headers.get('x-request-id') ?? 'a reply without a request id');
    },
    expectStatus: (reply, call, statuses) => {
      if (reply !== null && !statuses.includes(reply.status)) recordUnexpectedReply(call, reply);
    },
    recordUnexpected: (description) => void unexpected.push(description),
  };
};

const acceptedStatuses = ['succeeded', 'declined', 'requires_action', 'unknown', 'cancelled'] as const;
const refusalCodes = ['checkout_in_progress', 'order_in_progress', 'order_not_payable', 'out_of_stock'];

/** Null for a response that the contract does not allow here. */
const checkoutOutcome = ({ status, body }: Reply): CheckoutReply['outcome'] | null => {
  const code = String(valueAt(body, 'code'));
  if (status === 202) return acceptedStatuses.find((one) => one === valueAt(body, 'status')) ?? null;
  if (status === 402 && code === 'payment_declined')
    return valueAt(body, 'declineCode') === 'cancelled' ? 'cancelled' : 'declined';
  if (status === 409 && refusalCodes.includes(code)) return 'refused';
  if (status !== 503) return null;
  return code === 'payment_unavailable' ? 'unavailable' : 'refused';
};

/** A checkout that was given up has a final outcome. Otherwise it stays as it was. */
const givenUpOutcome = ({ status, body }: Reply): CheckoutReply['outcome'] | null => {
  if (status === 200) return finalStatuses.find((one) => one === valueAt(body, 'status')) ?? null;
  return status === 409 || status === 503 ? 'refused' : null;
};
const finalStatuses = ['succeeded', 'declined', 'cancelled'] as const;

const refundRefusalCodes = ['order_not_refundable', 'refund_too_large', 'payment_disputed'];

/** A 503 counts as `lost`, because the refund may have been written before. */
const refundOutcome = ({ status, body }: Reply): RefundReply['outcome'] | null => {
  if (status === 202) return 'accepted';
  if (status === 409 && refundRefusalCodes.includes(String(valueAt(body, 'code')))) return 'refused';
  return status === 503 ? 'lost' : null;
};

const textOrNull = (reply: Reply | null, name: string): string | null => {
  const value = valueAt(reply?.body, name);
  return typeof value === 'string' ? value : null;
};
