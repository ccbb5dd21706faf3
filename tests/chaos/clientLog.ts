/** The replies that customers and operators got, from any process. */
export type ClientLog = {
  /** Orders that were answered with 201. */
  readonly orders: readonly LoggedOrder[];
  /** Ids of orders whose cancellation was answered with 204. */
  readonly cancelled: readonly string[];
  readonly checkouts: readonly CheckoutReply[];
  readonly refunds: readonly RefundReply[];
  readonly contacts: readonly ContactReply[];
  /** The request ids of operators' commands that were accepted, but not of repeated ones. */
  readonly commands: readonly string[];
  /** Ids of the payments that the provider itself confirmed to the customer, after a challenge. */
  readonly confirmed: readonly string[];
  /** Descriptions of the responses that the contract does not allow. */
  readonly unexpected: readonly string[];
  /** Read over HTTP after the run. */
  readonly finalOrders: readonly {
    readonly id: string;
    readonly status: string;
    readonly states: readonly string[];
  }[];
  readonly finalCheckouts: readonly { readonly id: string; readonly status: string }[];
  readonly finalRefunds: readonly { readonly id: string; readonly status: string }[];
  /** The counts of the money page, by check. */
  readonly money: Readonly<Record<string, number>>;
  /** One reconciliation for each day of the run. */
  readonly reconciliations: readonly ReconciliationReply[];
};

export type LoggedOrder = {
  readonly id: string;
  /** The address of the customer. */
  readonly email: string;
  readonly productId: string;
  readonly quantity: number;
  readonly amount: number;
  /** What it is instead if a change was done whose response was lost. */
  readonly perhaps?: { readonly quantity: number; readonly amount: number };
};

export type CheckoutReply = {
  readonly key: string;
  readonly orderIds: readonly string[];
  readonly checkoutId: string | null;
  /** The body where it is the stored response of an earlier request; null otherwise. */
  readonly replay: string | null;
  /** `lost` where no response arrived; `refused` for any other response that claims nothing. */
  readonly outcome:
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
  /** Null for a refund of all that is left. */
  readonly amount: number | null;
  readonly refundId: string | null;
  /** The body of a 202. It must be the same each time under one key. */
  readonly body: string | null;
  /** `lost` where no response arrived, or where the refund may have been written before the response. */
  readonly outcome: 'accepted' | 'refused' | 'lost';
};

/** An operator's correction of an address. `lost` where it may have been written or not. */
export type ContactReply = {
  readonly orderId: string;
  readonly email: string;
  readonly outcome: 'accepted' | 'lost';
};

export type ReconciliationReply = {
  /** `YYYY-MM-DD`, in UTC. */
  readonly day: string;
  readonly charges: number;
  readonly refunds: number;
  readonly differences: number;
};
