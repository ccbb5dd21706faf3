import {
  type ChargeSnapshot,
  hasSucceeded,
  isAdopted,
  type RefundPart,
  type StoredRefund,
} from './adoptRefunds.ts';
import { requestedRefund } from './judgeRefund.ts';

/** Parts of adopted refunds that move to other orders. An adapter writes all of it in one transaction. */
export type Redistribution = {
  /** These fail, for `redistributedReason`. */
  readonly replaced: readonly string[];
  /** They replace them: of the same references, and of the same amounts in all. */
  readonly parts: readonly RefundPart[];
};

/** Why a replaced part has failed. Its customer reads it. */
export const redistributedReason = 'shared out again, because another refund failed';

/**
 * Decides which parts of adopted refunds move when a refund of the charge has failed. An adopted refund is shared out over
 * what its orders have left. If a refund that counted then fails later, its order has something left again, and another
 * order may have more than its amount: what is too much there moves to where something is left.
 *
 * A part is replaced and never changed, because its amount may be in a credit note and on an invoice.
 */
export const planRedistribution = (
  { orders, refunds }: Pick<ChargeSnapshot, 'orders' | 'refunds'>,
  createId: () => string,
  nowMs: number,
): Redistribution => {
  const balances = orders.map(({ id, total }) => {
    const ofOrder = refunds.filter(({ refund }) => refund.orderId === id && hasSucceeded(refund));
    const given = ofOrder.reduce((sum, { refund }) => sum + refund.amount.amount, 0);
    return { orderId: id, left: total.amount - given, adopted: ofOrder.filter(isAdopted) };
  });
  const rooms = balances.flatMap(({ orderId, left }) => (left > 0 ? [{ orderId, left }] : []));
  const moved = balances.flatMap(({ left, adopted }) => {
    let excess = -left;
    return adopted.toSorted(newestFirst).flatMap((stored) => {
      const shares = takeFrom(rooms, Math.min(excess, stored.refund.amount.amount));
      if (shares.length === 0) return [];
      const taken = shares.reduce((sum, { amount }) => sum + amount, 0);
      excess -= taken;
      const { orderId, amount } = stored.refund;
      return { stored, shares: [{ orderId, amount: amount.amount - taken }, ...shares] };
    });
  });
  return {
    replaced: moved.map(({ stored }) => stored.refund.id),
    parts: moved.flatMap(({ stored, shares }) =>
      shares.filter(({ amount }) => amount > 0).map((share) => partOf(stored, share, createId(), nowMs)),
    ),
  };
};

type Share = { readonly orderId: string | null; readonly amount: number };

/** Takes up to `amount` of what is left, from one order after the other. */
const takeFrom = (rooms: { readonly orderId: string; left: number }[], amount: number): readonly Share[] => {
  let rest = amount;
  return rooms.flatMap((room) => {
    const taken = Math.min(rest, room.left);
    if (taken <= 0) return [];
    rest -= taken;
    room.left -= taken;
    return { orderId: room.orderId, amount: taken };
  });
};

/** It has the provider's time, as the part that it replaces has, so that a reconciliation finds it on that day. */
const partOf = (
  { refund, reference }: StoredRefund,
  { orderId, amount }: Share,
  id: string,
  nowMs: number,
): RefundPart => {
  if (reference === null) throw new Error(`the adopted refund ${refund.id} has no reference`);
  const { paymentId, origin, reason, createdAtMs } = refund;
  const money = { ...refund.amount, amount };
  const part = requestedRefund({ id, orderId, paymentId, amount: money, origin, reason }, nowMs);
  return { refund: { ...part, createdAtMs }, reference, isNew: true };
};

const newestFirst = ({ refund: one }: StoredRefund, { refund: other }: StoredRefund): number =>
  one.id < other.id ? 1 : -1;
