import type Stripe from 'stripe';
import type { ChargeOutcome, ChargeRequest } from '../../core/provider.ts';
import { type Call, callStripe, type Reply } from './calls.ts';
import { type StripeAmount, toStripe } from './format/amounts.ts';
import { declineOfRequest } from './format/declines.ts';
import { declined, type Intent, intentOf, outcomeOf, unknown } from './intent.ts';
import { cancelIntent, findIntent, retrieveIntent } from './intents.ts';
import { chargeParameters, spendKeyParameters } from './parameters.ts';

type ChargeContext = {
  readonly stripe: Stripe;
  readonly call: Call;
  readonly request: ChargeRequest;
  readonly amount: StripeAmount;
  readonly returnUrl: string | null;
};

type ChargeMethod = (
  stripe: Stripe,
  call: Call,
  request: ChargeRequest,
  returnUrl: string | null,
) => Promise<ChargeOutcome>;

/** Creates and confirms a PaymentIntent in one request. The idempotency key is the payment's id. */
export const charge: ChargeMethod = async (stripe, call, request, returnUrl) => {
  const amount = toStripe(request.amount);
  if (amount === null) return amountNotSupported;
  const context = { stripe, call, request, amount, returnUrl };
  const reply = await createIntent(context, chargeParameters(request, amount, returnUrl));
  return reply.kind === 'key_taken' ? outcomeOfTakenKey(context) : outcomeOfReply(context, reply);
};

/**
 * Spends the key: creates a PaymentIntent that is not confirmed, under the same key. If this is the first
 * request under the key, no later request can charge. If Stripe says that the key is taken, the charge was
 * requested before: then this returns its outcome, and cancels the charge if that is still possible.
 */
export const cancel: ChargeMethod = async (stripe, call, request, returnUrl) => {
  const amount = toStripe(request.amount);
  if (amount === null) return amountNotSupported;
  const context = { stripe, call, request, amount, returnUrl };
  const reply = await createIntent(context, spendKeyParameters(request, amount));
  switch (reply.kind) {
    case 'succeeded':
      return outcomeOfSpentKey(context, intentOf(reply.value));
    case 'key_taken':
      return cancelCharged(context);
    case 'refused':
      return (await searchOutcome(context)) ?? outcomeOfReply(context, reply);
    default:
      return outcomeOfReply(context, reply);
  }
};

/** The key was used by the charge: the same request again gets the response to the first one. */
const cancelCharged = async (context: ChargeContext): Promise<ChargeOutcome> => {
  const { stripe, call, request, amount, returnUrl } = context;
  const reply = await createIntent(context, chargeParameters(request, amount, returnUrl));
  const outcome =
    reply.kind === 'key_taken' ? await searchOutcome(context) : await outcomeOfReply(context, reply);
  if (outcome === null || outcome.kind === 'unavailable') return unknown('the key is taken');
  if (outcome.kind !== 'requires_action') return outcome;
  return cancelCharge(stripe, call, outcome.reference);
};

/** Cancels one PaymentIntent by its id, which Stripe knows longer than any key. */
export const cancelCharge = async (stripe: Stripe, call: Call, reference: string): Promise<ChargeOutcome> => {
  const intent = await retrieveIntent(stripe, call, reference);
  return intent === null ? unknown('the payment could not be read') : cancelIntent(stripe, call, intent);
};

const amountNotSupported: ChargeOutcome = { kind: 'declined', declineCode: 'amount_not_supported' };

const createIntent = (
  { stripe, call, request }: ChargeContext,
  parameters: Stripe.PaymentIntentCreateParams,
): Promise<Reply<unknown>> =>
  callStripe(call, (options) =>
    stripe.paymentIntents.create(parameters, { ...options, idempotencyKey: request.paymentId }),
  );

/** Cancelling the PaymentIntent only tidies up: nobody has the secret to confirm it. */
const outcomeOfSpentKey = async (
  { stripe, call }: ChargeContext,
  intent: Intent | null,
): Promise<ChargeOutcome> => {
  if (intent === null || !unchargedStatuses.has(intent.status))
    return unknown(intent?.status ?? 'not understood');
  if (intent.status !== 'canceled')
    await callStripe(call, (options) => stripe.paymentIntents.cancel(intent.id, {}, options));
  return { kind: 'cancelled' };
};

const unchargedStatuses = new Set(['requires_payment_method', 'requires_confirmation', 'canceled']);

/**
 * The key was used by another request: one that spent it, or a charge with the parameters of an older
 * release.
 */
const outcomeOfTakenKey = async (context: ChargeContext): Promise<ChargeOutcome> => {
  const reply = await createIntent(context, spendKeyParameters(context.request, context.amount));
  if (reply.kind === 'succeeded') return outcomeOfSpentKey(context, intentOf(reply.value));
  return (await searchOutcome(context)) ?? unknown('the key is taken');
};

/**
 * Stripe repeats the first response of a key, so the current state of the PaymentIntent is read once more.
 */
const outcomeOfReply = async (context: ChargeContext, reply: Reply<unknown>): Promise<ChargeOutcome> => {
  switch (reply.kind) {
    case 'succeeded': {
      const intent = intentOf(reply.value);
      if (intent === null) return unknown('not understood');
      return intent.status === 'succeeded'
        ? finalOutcome(context, intent)
        : currentOutcome(context, intent.id);
    }
    case 'declined':
      // The PaymentIntent stays open at Stripe, but only its secret could confirm it, and nobody else gets
      // that.
      return declined(reply);
    case 'refused': {
      const declineCode = declineOfRequest(reply.code, reply.param);
      if (declineCode !== null) return { kind: 'declined', declineCode };
      return { kind: 'unavailable', reason: `stripe: refused, ${reply.code ?? 'without a code'}` };
    }
    case 'unavailable':
      return reply;
    case 'unknown': {
      // Stripe repeats an internal error under this key each time, although the money may have moved.
      const known = reply.retryable ? await searchOutcome(context) : null;
      return known ?? { kind: 'unknown', reason: reply.reason };
    }
    case 'key_taken':
      return unknown('the key is taken');
  }
};

const currentOutcome = async (context: ChargeContext, id: string): Promise<ChargeOutcome> => {
  const intent = await retrieveIntent(context.stripe, context.call, id);
  return intent === null ? unknown('the payment could not be read') : finalOutcome(context, intent);
};

/**
 * After a failed challenge the customer's browser could still confirm. Cancelling makes the decline final.
 */
const finalOutcome = async ({ stripe, call }: ChargeContext, intent: Intent): Promise<ChargeOutcome> =>
  outcomeOf(intent) ?? cancelIntent(stripe, call, intent);

const searchOutcome = async (context: ChargeContext): Promise<ChargeOutcome | null> => {
  const intent = await findIntent(context.stripe, context.call, context.request.paymentId);
  return intent === null ? null : finalOutcome(context, intent);
};
