/** The result of a charge, in Stripe's statuses. */
type Verdict =
  | { readonly status: 'succeeded' | 'requires_action' }
  | { readonly status: 'requires_payment_method'; readonly error: Failure };

/** Stripe's `code` and `decline_code`. */
export type Failure = { readonly code: string; readonly declineCode: string | null };

/**
 * How the sandbox handles a charge, and the faults that it injects.
 *
 * - `slow`: the charge is made after two seconds.
 * - `late_event`: its event is sent late.
 * - `response_lost`, `html_response`: the charge is made, and the first responses are lost, or are an HTML
 *   page of a proxy.
 * - `error_response`: the charge is made, and every response under its key is a 500.
 * - `request_lost`: the first requests do not arrive.
 * - `rate_limited`: the first request is rejected.
 * - `down`: every request is rejected before anything is written.
 */
type ChargeBehaviour =
  | 'normal'
  | 'slow'
  | 'late_event'
  | 'response_lost'
  | 'request_lost'
  | 'html_response'
  | 'error_response'
  | 'rate_limited'
  | 'down';

/**
 * How the sandbox handles the refunds of a charge. `pending` succeeds later. `failing` succeeds at first and
 * fails later. `response_lost`: the refund is made, and its first response is lost.
 */
export type RefundBehaviour = 'normal' | 'pending' | 'failing' | 'refused' | 'response_lost';

export type Method = {
  readonly verdict: Verdict;
  readonly behaviour: ChargeBehaviour;
  readonly refunds: RefundBehaviour;
};

const succeeds: Verdict = { status: 'succeeded' };
const challenges: Verdict = { status: 'requires_action' };
const declines = (code: string, declineCode: string | null = code): Verdict => ({
  status: 'requires_payment_method',
  error: { code, declineCode },
});
const declined = declines('card_declined', 'generic_decline');
const insufficientFunds = declines('card_declined', 'insufficient_funds');

const method = (
  verdict: Verdict,
  behaviour: ChargeBehaviour = 'normal',
  refunds: RefundBehaviour = 'normal',
): Method => ({
  verdict,
  behaviour,
  refunds,
});

/**
 * Stripe's test methods (https://docs.stripe.com/testing), and our own `pm_sim_…` methods, which inject
 * faults.
 */
const methods: ReadonlyMap<string, Method> = new Map([
  ['pm_card_visa', method(succeeds)],
  ['pm_card_mastercard', method(succeeds)],
  ['pm_card_amex', method(succeeds)],
  ['pm_card_jcb', method(succeeds)],
  ['pm_card_chargeDeclined', method(declined)],
  ['pm_card_visa_chargeDeclined', method(declined)],
  ['pm_card_chargeDeclinedInsufficientFunds', method(insufficientFunds)],
  ['pm_card_visa_chargeDeclinedInsufficientFunds', method(insufficientFunds)],
  ['pm_card_chargeDeclinedExpiredCard', method(declines('expired_card'))],
  ['pm_card_chargeDeclinedIncorrectCvc', method(declines('incorrect_cvc'))],
  ['pm_card_chargeDeclinedProcessingError', method(declines('processing_error'))],
  ['pm_card_authenticationRequired', method(challenges)],
  ['pm_card_threeDSecure2Required', method(challenges)],
  ['pm_card_threeDSecureRequired', method(challenges)],
  ['pm_card_pendingRefund', method(succeeds, 'normal', 'pending')],
  ['pm_card_refundFail', method(succeeds, 'normal', 'failing')],
  ['pm_sim_slow', method(succeeds, 'slow')],
  ['pm_sim_late', method(succeeds, 'late_event')],
  ['pm_sim_lost_ok', method(succeeds, 'response_lost')],
  ['pm_sim_lost_declined', method(declined, 'response_lost')],
  ['pm_sim_lost_before', method(succeeds, 'request_lost')],
  ['pm_sim_html', method(succeeds, 'html_response')],
  ['pm_sim_error', method(succeeds, 'error_response')],
  ['pm_sim_rate_limited', method(succeeds, 'rate_limited')],
  ['pm_sim_down', method(succeeds, 'down')],
  ['pm_sim_refund_pending', method(succeeds, 'normal', 'pending')],
  ['pm_sim_refund_failing', method(succeeds, 'normal', 'failing')],
  ['pm_sim_refund_refused', method(succeeds, 'normal', 'refused')],
  ['pm_sim_refund_lost', method(succeeds, 'normal', 'response_lost')],
]);

/** The failure of an unknown method. Stripe rejects the request. */
export const noSuchMethod: Failure = { code: 'resource_missing', declineCode: null };

const unknownMethod: Method = method({ status: 'requires_payment_method', error: noSuchMethod });

export const methodOf = (name: string): Method => methods.get(name) ?? unknownMethod;
