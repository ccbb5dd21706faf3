import type { Result } from 'neverthrow';
import type { OrderFailure } from '../../core/order.ts';
import type { ProductChangeFailure } from '../../core/product.ts';
import type { EventFailure } from '../../core/provider.ts';
import type { RefundFailure } from '../../core/refund.ts';
import type { Unavailable } from '../../core/result.ts';
import type { CheckoutFailure } from '../../core/usecases/checkOut.ts';
import type { GiveUpFailure } from '../../core/usecases/giveUpCheckout.ts';
import type { RefundCaseFailure } from '../../core/usecases/refundCase.ts';
import type { UrlRefused } from '../../core/webhookUrl.ts';

/** An error of one value. `path` is a JSON pointer into the body, or `/name` of a query parameter. */
export type FieldError = { readonly path: string; readonly message: string };

/** Failures that are found before a use case is called, and failures that only this layer knows. */
export type RequestFailure =
  | { readonly kind: 'malformed_body'; readonly reason: string }
  | { readonly kind: 'unsupported_media_type' }
  | { readonly kind: 'body_too_large' }
  | { readonly kind: 'request_timeout' }
  | { readonly kind: 'too_many_bodies' }
  | { readonly kind: 'too_many_streams' }
  | { readonly kind: 'uri_too_long' }
  | { readonly kind: 'headers_too_large' }
  | { readonly kind: 'validation_failed'; readonly errors: readonly FieldError[] }
  | { readonly kind: 'idempotency_key_missing' }
  | { readonly kind: 'idempotency_key_invalid' }
  /** `reason` says what is wrong with the token that was sent: see `TokenReason`. */
  | { readonly kind: 'unauthenticated'; readonly tokenSent: boolean; readonly reason?: string }
  /** `missing` has the permission or role that the caller lacks. */
  | { readonly kind: 'forbidden'; readonly reason: string; readonly missing: readonly string[] }
  /** `field` of the body has the id of nothing, or of another customer's. */
  | { readonly kind: 'id_not_found'; readonly field: string; readonly id: string }
  /** An invoice service has issued the invoice. `url` is its page there, or null if the service has sent none. */
  | { readonly kind: 'invoice_elsewhere'; readonly number: string; readonly url: string | null }
  | { readonly kind: 'method_not_allowed'; readonly allow: string }
  | { readonly kind: 'not_ready'; readonly missing: readonly string[] }
  | { readonly kind: 'internal' }
  /**
   * `replayed` if this is the stored response of an earlier request. `requestId` is the id of the first
   * request.
   */
  | {
      readonly kind: 'payment_declined';
      readonly declineCode: string;
      readonly checkoutId: string;
      readonly requestId: string;
      readonly replayed: boolean;
    };

export type Failure =
  | RequestFailure
  | CheckoutFailure
  | GiveUpFailure
  | OrderFailure
  | ProductChangeFailure
  | RefundFailure
  | RefundCaseFailure
  | EventFailure
  | UrlRefused
  | Unavailable;
export type FailureKind = Failure['kind'];

/**
 * Returns the value, or throws the failure. `onError` in app.ts turns it into a problem response: throwing is
 * the only way to end a request in Elysia that works on all runtimes.
 */
export const unwrapOrThrow = <T>(result: Result<T, Failure>): T => {
  if (result.isErr()) throw httpError(result.error);
  return result.value;
};

/** Names the field of the body whose id was not found. */
export const nameMissingId = <T>(result: Result<T, Failure>, field: string, id: string): Result<T, Failure> =>
  result.mapErr((failure) => (failure.kind === 'not_found' ? { kind: 'id_not_found', field, id } : failure));

/** Creates the error to throw for `failure`. */
export const httpError = (failure: Failure): Error => {
  const error = new Error(failure.kind);
  failures.set(error, failure);
  return error;
};

/** The failure that an error was created for. Null for any other error, which is a bug. */
export const failureOf = (error: unknown): Failure | null =>
  error instanceof Error ? (failures.get(error) ?? null) : null;

const failures = new WeakMap<Error, Failure>();
