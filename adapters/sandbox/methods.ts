/** What becomes of a charge, as Stripe says it. */
type Verdict =
  | { readonly status: 'succeeded' | 'requires_action' }
  | { readonly status: 'requires_payment_method'; readonly error: Failure };

/** Stripe's `code` and `decline_code`. */
export type Failure = { readonly code: string; readonly declineCode: string | null };

/**
 * How a charge is made, or a fault on its way. `slow`: after two seconds. `late`: its events take their time.
 * `lost` and `html`: it is made, and the first answers do not arrive, or are a page of somebody else's. `error`:
 * it is made, and the answer under its key is a 500 for ever. `lost_before`: the first requests do not arrive.
 * `rate_limited`: the first request is turned away. `down`: every one is, before anything is written.
 */
type Manner =
  | 'prompt'
  | 'slow'
  | 'late'
  | 'lost'
  | 'lost_before'
  | 'html'
  | 'error'
  | 'rate_limited'
  | 'down';

/** What becomes of refunds: `pending` and `failing` are decided some time later. */
export type RefundBehaviour = 'prompt' | 'pending' | 'failing' | 'refused' | 'lost';

export type Method = {
  readonly verdict: Verdict;
  readonly manner: Manner;
  readonly refunds: RefundBehaviour;
};

const succeeds: Verdict = { status: 'succeeded' };
const challenges: Verdict = { status: 'requires_action' };
const declines = (code: string, declineCode: string | null = code): Verdict => ({
  status: 'requires_payment_method',
  error: { code, declineCode },
});
const declined = declines('card_declined', 'generic_decline');
const noFunds = declines('card_declined', 'insufficient_funds');

const method = (
  verdict: Verdict,
  manner: Manner = 'prompt',
  refunds: RefundBehaviour = 'prompt',
): Method => ({
  verdict,
  manner,
  refunds,
});

/** Stripe's own names for its test mode (https://docs.stripe.com/testing), and ours for faults on demand. */
const methods: ReadonlyMap<string, Method> = new Map([
  ['pm_card_visa', method(succeeds)],
  ['pm_card_mastercard', method(succeeds)],
  ['pm_card_amex', method(succeeds)],
  ['pm_card_jcb', method(succeeds)],
  ['pm_card_chargeDeclined', method(declined)],
  ['pm_card_visa_chargeDeclined', method(declined)],
  ['pm_card_chargeDeclinedInsufficientFunds', method(noFunds)],
  ['pm_card_visa_chargeDeclinedInsufficientFunds', method(noFunds)],
  ['pm_card_chargeDeclinedExpiredCard', method(declines('expired_card'))],
  ['pm_card_chargeDeclinedIncorrectCvc', method(declines('incorrect_cvc'))],
  ['pm_card_chargeDeclinedProcessingError', method(declines('processing_error'))],
  ['pm_card_authenticationRequired', method(challenges)],
  ['pm_card_threeDSecure2Required', method(challenges)],
  ['pm_card_threeDSecureRequired', method(challenges)],
  ['pm_card_pendingRefund', method(succeeds, 'prompt', 'pending')],
  ['pm_card_refundFail', method(succeeds, 'prompt', 'failing')],
  ['pm_sim_slow', method(succeeds, 'slow')],
  ['pm_sim_late', method(succeeds, 'late')],
  ['pm_sim_lost_ok', method(succeeds, 'lost')],
  ['pm_sim_lost_declined', method(declined, 'lost')],
  ['pm_sim_lost_before', method(succeeds, 'lost_before')],
  ['pm_sim_html', method(succeeds, 'html')],
  ['pm_sim_error', method(succeeds, 'error')],
  ['pm_sim_rate_limited', method(succeeds, 'rate_limited')],
  ['pm_sim_down', method(succeeds, 'down')],
  ['pm_sim_refund_pending', method(succeeds, 'prompt', 'pending')],
  ['pm_sim_refund_failing', method(succeeds, 'prompt', 'failing')],
  ['pm_sim_refund_refused', method(succeeds, 'prompt', 'refused')],
  ['pm_sim_refund_lost', method(succeeds, 'prompt', 'lost')],
]);

/** Nobody has such a card: Stripe turns the request away. */
export const noSuchMethod: Failure = { code: 'resource_missing', declineCode: null };

const unknownMethod: Method = method({ status: 'requires_payment_method', error: noSuchMethod });

export const methodOf = (name: string): Method => methods.get(name) ?? unknownMethod;
