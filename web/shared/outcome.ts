import type { ProblemCode } from '../../api/render/problem.ts';
import type { Money, OrderStatus } from './types.ts';

/** A problem of the API (RFC 9457). The members after `retryAfterMs` come with some codes only. */
export type Problem = {
  readonly status: number;
  /** One of `ProblemCode`, or a newer word that this page does not know yet. */
  readonly code: ProblemCode | (string & {});
  readonly title: string;
  readonly detail: string;
  /** The request id: what a customer quotes to the shop. */
  readonly instance: string;
  readonly retryAfterMs: number | null;
  readonly orderIds?: readonly string[];
  readonly orders?: readonly { readonly orderId: string; readonly status: OrderStatus }[];
  readonly products?: readonly {
    readonly productId: string;
    readonly left: number;
    readonly orderIds: readonly string[];
  }[];
  readonly orderStatus?: OrderStatus;
  readonly left?: Money;
  readonly productId?: string;
  readonly stock?: number | null;
  readonly checkoutId?: string;
  readonly declineCode?: string;
  readonly limit?: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
  readonly missing?: readonly string[];
};

type Ok<Value> = {
  readonly kind: 'ok';
  readonly value: Value;
  readonly status: number;
  readonly requestId: string;
  /** True if an earlier request with the same key got this answer first. */
  readonly replayed: boolean;
};

/** No answer of the API came. The request may have been done all the same. `offline`: the browser has no network. */
export type Unanswered = {
  readonly kind: 'lost' | 'offline';
  readonly requestId: string;
  /** What a proxy in between asked for. */
  readonly retryAfterMs: number | null;
};

/** The API's no. */
export type Refused = { readonly kind: 'problem'; readonly problem: Problem };

/** There is no session, or it has ended. */
export type SignedOut = { readonly kind: 'signed_out'; readonly problem: Problem };

/** What came of a call. A call never throws. `aborted`: the page itself no longer wants the answer. */
export type Outcome<Value> = Ok<Value> | Refused | SignedOut | Unanswered | { readonly kind: 'aborted' };
