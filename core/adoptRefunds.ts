import { err, ok, type Result } from 'neverthrow';
import { requestedRefund } from './judgeRefund.ts';
import { nextOrderStatus, type Order } from './order.ts';
import {
  type AdoptedOrigin,
  type AssignmentFailure,
  isAdoptedOrigin,
  type Refund,
  type ReportedRefund,
  succeededRefundStatuses,
} from './refund.ts';

/** The rows that decide to which orders the refunds of a charge belong. The adapter reads them under lock. */
export type ChargeSnapshot = {
  readonly paymentId: string;
  /** The orders that the charge has paid for, in the order of their ids. Empty for a late charge. */
  readonly orders: readonly Pick<Order, 'id' | 'total'>[];
  /** All stored refunds of the charge. */
  readonly refunds: readonly StoredRefund[];
};

/** `reference` is the provider's id of the refund. */
export type StoredRefund = { readonly refund: Refund; readonly reference: string | null };

/**
 * A part of an adopted refund, to be written. The adapter writes it as `requested`, and in the same transaction finishes
 * it as succeeded: so it changes its order as every other refund does.
 */
export type RefundPart = {
  readonly refund: Refund;
  readonly reference: string;
  /** False if the refund is stored: its order and its amount are replaced. */
  readonly isNew: boolean;
};

/**
 * Decides which refunds of a charge are new, and to which orders they and the unassigned ones belong:
 * - to the only order of the charge, or to the only one of which something stays paid;
 * - to all orders, if nothing of the charge stays paid;
 * - otherwise to none, until an operator assigns them.
 */
export const planAdoption = (
  { paymentId, orders, refunds }: ChargeSnapshot,
  reported: readonly ReportedRefund[],
  createId: () => string,
  nowMs: number,
): readonly RefundPart[] => {
  const known = new Set(refunds.flatMap(({ refund, reference }) => [refund.id, reference]));
  const found = reported
    .filter(({ reference, refundId }) => !known.has(reference) && (refundId === null || !known.has(refundId)))
    .filter(({ reference }, index, all) => firstIndexOf(all, reference) === index)
    .map(({ reference, origin, amount, atMs }): RefundPart => {
      const refund = adoptedRefund({ id: createId(), orderId: null, paymentId, amount, origin }, nowMs);
      return { refund: { ...refund, createdAtMs: Math.min(atMs || nowMs, nowMs) }, reference, isNew: true };
    });
  const waiting = orders.length === 0 ? [] : refunds.flatMap((stored) => unassignedPart(stored) ?? []);
  const targets = targetsOf(orders, refunds, [...waiting, ...found]);
  if (targets === null) return found;
  return distribute([...waiting, ...found], targets, createId);
};

/** Decides an operator's assignment of a refund to an order. No parts: the refund is assigned to that order already. */
export const judgeAssignment = (
  {
    stored,
    order,
    refunded,
  }: {
    readonly stored: StoredRefund | null;
    readonly order: Order | null;
    /** The sum of the order's refunds in `countedRefundStatuses`. */
    readonly refunded: number;
  },
  createId: () => string,
): Result<readonly RefundPart[], AssignmentFailure> => {
  if (stored === null || order === null) return err({ kind: 'not_found' });
  if (stored.refund.orderId === order.id) return ok([]);
  const { id, status, total, checkoutId } = order;
  const part = unassignedPart(stored);
  const wasPaid = status === 'refunded' || nextOrderStatus(status, 'refund') !== null;
  if (part === null || checkoutId !== part.refund.paymentId || !wasPaid)
    return err({ kind: 'order_not_refundable', status });
  const left = total.amount - refunded;
  if (left <= 0) return err({ kind: 'refund_too_large', left: { ...total, amount: 0 } });
  const taken = Math.min(left, part.refund.amount.amount);
  return ok(split(part, [{ orderId: id, amount: taken }], createId));
};

type Share = { readonly orderId: string | null; readonly amount: number };
type Target = { readonly orderId: string; left: number };

/** Null if the refunds can belong to more than one order. */
const targetsOf = (
  orders: ChargeSnapshot['orders'],
  refunds: readonly StoredRefund[],
  parts: readonly RefundPart[],
): readonly Target[] | null => {
  const targets = orders.map(({ id, total }) => ({
    orderId: id,
    left: total.amount - sumOf(refunds, (refund) => refund.orderId === id && hasSucceeded(refund)),
  }));
  const open = targets.filter(({ left }) => left > 0);
  const amount = parts.reduce((sum, { refund }) => sum + refund.amount.amount, 0);
  const left = open.reduce((sum, target) => sum + target.left, 0);
  if (open.length === 1 || (open.length > 1 && amount >= left)) return open;
  // More came back than was paid. The last order gets the rest: no operator could assign it to an order.
  return open.length === 0 && targets.length > 0 ? targets.slice(-1) : null;
};

/** Fills the orders one after the other. The last one takes all that is left. */
const distribute = (
  parts: readonly RefundPart[],
  targets: readonly Target[],
  createId: () => string,
): readonly RefundPart[] => {
  const queue = targets.map((target) => ({ ...target }));
  return parts.flatMap((part) => {
    const shares: Share[] = [];
    let rest = part.refund.amount.amount;
    while (rest > 0) {
      const [target] = queue;
      if (target === undefined) break;
      const amount = queue.length === 1 ? rest : Math.min(rest, target.left);
      shares.push({ orderId: target.orderId, amount });
      rest -= amount;
      target.left -= amount;
      if (target.left <= 0 && queue.length > 1) queue.shift();
    }
    return split(part, shares, createId);
  });
};

/** The first share keeps the refund's id. What the shares leave over stays without an order. */
const split = (part: RefundPart, shares: readonly Share[], createId: () => string): readonly RefundPart[] => {
  const { refund } = part;
  const rest = refund.amount.amount - shares.reduce((sum, { amount }) => sum + amount, 0);
  const all = rest > 0 ? [...shares, { orderId: null, amount: rest }] : shares;
  return all.map(({ orderId, amount }, index) => ({
    ...part,
    isNew: part.isNew || index > 0,
    refund: {
      ...refund,
      id: index === 0 ? refund.id : createId(),
      orderId,
      amount: { ...refund.amount, amount },
    },
  }));
};

/** An adopted refund that waits for its order, as it is written again. Null for every other refund. */
const unassignedPart = (stored: StoredRefund): RefundPart | null => {
  const { refund, reference } = stored;
  if (!isAdopted(stored) || refund.orderId !== null || reference === null || !hasSucceeded(refund))
    return null;
  return { refund: { ...refund, status: 'requested' }, reference, isNew: false };
};

const adoptedRefund = (
  fields: Pick<Refund, 'id' | 'orderId' | 'paymentId' | 'amount'> & { readonly origin: AdoptedOrigin },
  nowMs: number,
): Refund => requestedRefund({ ...fields, reason: adoptedReasons[fields.origin] }, nowMs);

/** The reason of each adopted refund. */
const adoptedReasons: Readonly<Record<AdoptedOrigin, string>> = {
  provider: 'refunded at the payment provider',
  dispute: 'the dispute was lost',
};

/** The key of an adopted refund. No client's key has this form. */
export const adoptedKey = (refundId: string): string => `adopted:${refundId}`;

export const isAdopted = ({ refund }: StoredRefund): boolean => isAdoptedOrigin(refund.origin);

export const hasSucceeded = ({ status }: Refund): boolean => succeededRefundStatuses.includes(status);

const sumOf = (refunds: readonly StoredRefund[], isCounted: (refund: Refund) => boolean): number =>
  refunds.reduce((sum, { refund }) => (isCounted(refund) ? sum + refund.amount.amount : sum), 0);

const firstIndexOf = (reported: readonly ReportedRefund[], reference: string): number =>
  reported.findIndex((each) => each.reference === reference);
