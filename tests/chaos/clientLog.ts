import type { OrderRow } from './snapshot.ts';

/** What customers and operators heard, from whichever process, and never forgot. */
export type Told = {
  /** Each 201. */
  readonly orders: readonly Pick<OrderRow, 'id' | 'productId' | 'quantity' | 'amount'>[];
  /** Each 204. */
  readonly cancelled: readonly string[];
  readonly checkouts: readonly CheckoutReply[];
  readonly refunds: readonly RefundReply[];
  /** The payments of which the provider itself told the customer, after a challenge, that they are made. */
  readonly confirmed: readonly string[];
  /** Answers that the contract has no place for, in words. */
  readonly unexpected: readonly string[];
  /** What was read over HTTP at the end. */
  readonly finalOrders: readonly {
    readonly id: string;
    readonly status: string;
    readonly states: readonly string[];
  }[];
  readonly finalCheckouts: readonly { readonly id: string; readonly status: string }[];
  readonly finalRefunds: readonly { readonly id: string; readonly status: string }[];
  /** The money page's counts, by check. */
  readonly money: Readonly<Record<string, number>>;
  /** What the comparison with the provider's ledger found, for each day of the run. */
  readonly moneyAudits: readonly MoneyAuditTold[];
};

export type CheckoutReply = {
  readonly key: string;
  readonly orderIds: readonly string[];
  readonly checkoutId: string | null;
  /** The body where it was the answer of an earlier request, told again. */
  readonly replay: string | null;
  /** `lost` where no answer came; `refused` for any other answer that claims nothing. */
  readonly said:
    | 'succeeded'
    | 'declined'
    | 'requires_action'
    | 'unknown'
    | 'cancelled'
    | 'unavailable'
    | 'refused'
    | 'lost';
};

export type RefundReply = {
  readonly key: string;
  readonly orderId: string;
  /** Null where all that is left was asked for. */
  readonly amount: number | null;
  readonly refundId: string | null;
  /** Of a 202: told again, it must be the same. */
  readonly body: string | null;
  /** `lost` where no answer came, or one that may have been given after the refund was written. */
  readonly said: 'accepted' | 'refused' | 'lost';
};

export type MoneyAuditTold = {
  readonly day: string;
  readonly charges: number;
  readonly refunds: number;
  readonly differences: number;
};
