import type Stripe from 'stripe';
import type { ChargeOutcome, ChargeRequest } from '../../core/provider.ts';
import { type Call, callStripe, type Reply } from './calls.ts';
import { type StripeAmount, toStripe } from './format/amounts.ts';
import { declineOfRequest } from './format/declines.ts';
import { declined, type Intent, intentOf, outcomeOf, unknown } from './intent.ts';
import { cancelIntent, findIntent, retrieveIntent } from './intents.ts';
import { chargeParameters, spendKeyParameters } from './parameters.ts';

type Asking = {
  readonly stripe: Stripe;
  readonly call: Call;
  readonly request: ChargeRequest;
  readonly amount: StripeAmount;
  readonly returnUrl: string | null;
};

type Verb = (
  stripe: Stripe,
  call: Call,
  request: ChargeRequest,
  returnUrl: string | null,
) => Promise<ChargeOutcome>;

/** One request that makes the PaymentIntent and confirms it, under the payment's id. */
export const charge: Verb = async (stripe, call, request, returnUrl) => {
  const amount = toStripe(request.amount);
  if (amount === null) return inexpressible;
  const asking = { stripe, call, request, amount, returnUrl };
  const reply = await created(asking, chargeParameters(request, amount, returnUrl));
  return reply.kind === 'key_taken' ? chargedBefore(asking) : standing(asking, reply);
};

/**
 * Burns the key: asks for a PaymentIntent that is not confirmed, under the same key. Where that is the first
 * request under it, none that charges can follow. Where Stripe says that the key is taken, the charge had been
 * asked for: what it came to is told once more, and called off if it still can be.
 */
export const cancel: Verb = async (stripe, call, request, returnUrl) => {
  const amount = toStripe(request.amount);
  if (amount === null) return inexpressible;
  const asking = { stripe, call, request, amount, returnUrl };
  const burn = await created(asking, spendKeyParameters(request, amount));
  switch (burn.kind) {
    case 'answered':
      return burnt(asking, intentOf(burn.value));
    case 'key_taken':
      return calledBack(asking);
    case 'refused':
      return (await outcomeFound(asking)) ?? standing(asking, burn);
    default:
      return standing(asking, burn);
  }
};

/** The key is the charge's: the same request again is told the answer to the first. */
const calledBack = async (asking: Asking): Promise<ChargeOutcome> => {
  const { stripe, call, request, amount, returnUrl } = asking;
  const reply = await created(asking, chargeParameters(request, amount, returnUrl));
  const outcome = reply.kind === 'key_taken' ? await outcomeFound(asking) : await standing(asking, reply);
  if (outcome === null || outcome.kind === 'unavailable') return unknown('the key is taken');
  if (outcome.kind !== 'requires_action') return outcome;
  const intent = await retrieveIntent(stripe, call, outcome.reference);
  return intent === null ? unknown('what became of it was not said') : cancelIntent(stripe, call, intent);
};

const inexpressible: ChargeOutcome = { kind: 'declined', declineCode: 'amount_not_supported' };

const created = (
  { stripe, call, request }: Asking,
  parameters: Stripe.PaymentIntentCreateParams,
): Promise<Reply<unknown>> =>
  callStripe(call, (options) =>
    stripe.paymentIntents.create(parameters, { ...options, idempotencyKey: request.paymentId }),
  );

/** That its PaymentIntent is called off too is for tidiness: nobody has the secret to confirm it with. */
const burnt = async ({ stripe, call }: Asking, intent: Intent | null): Promise<ChargeOutcome> => {
  if (intent === null || !uncharged.has(intent.status)) return unknown(intent?.status ?? 'not understood');
  if (intent.status !== 'canceled')
    await callStripe(call, (options) => stripe.paymentIntents.cancel(intent.id, {}, options));
  return { kind: 'cancelled' };
};

const uncharged = new Set(['requires_payment_method', 'requires_confirmation', 'canceled']);

/** The key is another request's: one that burnt it, or a charge as we asked for it before a deployment. */
const chargedBefore = async (asking: Asking): Promise<ChargeOutcome> => {
  const burn = await created(asking, spendKeyParameters(asking.request, asking.amount));
  if (burn.kind === 'answered') return burnt(asking, intentOf(burn.value));
  return (await outcomeFound(asking)) ?? unknown('the key is taken');
};

/** The answer to the first request under a key is the answer to all: the PaymentIntent may have moved on. */
const standing = async (asking: Asking, reply: Reply<unknown>): Promise<ChargeOutcome> => {
  switch (reply.kind) {
    case 'answered': {
      const intent = intentOf(reply.value);
      if (intent === null) return unknown('not understood');
      return intent.status === 'succeeded' ? settled(asking, intent) : now(asking, intent.id);
    }
    case 'declined':
      // Its PaymentIntent stays open in name: only its secret could confirm it, and that goes no further.
      return declined(reply);
    case 'refused': {
      const declineCode = declineOfRequest(reply.code, reply.param);
      if (declineCode !== null) return { kind: 'declined', declineCode };
      return { kind: 'unavailable', reason: `stripe: refused, ${reply.code ?? 'for no known reason'}` };
    }
    case 'unavailable':
      return reply;
    case 'unknown': {
      // Stripe keeps an error of its own as the answer for ever, although the money may have moved.
      const known = reply.again ? await outcomeFound(asking) : null;
      return known ?? { kind: 'unknown', reason: reply.reason };
    }
    case 'key_taken':
      return unknown('the key is taken');
  }
};

const now = async (asking: Asking, id: string): Promise<ChargeOutcome> => {
  const intent = await retrieveIntent(asking.stripe, asking.call, id);
  return intent === null ? unknown('what became of it was not said') : settled(asking, intent);
};

/** After a challenge that failed, the customer's browser could still confirm: a decline is final only then. */
const settled = async ({ stripe, call }: Asking, intent: Intent): Promise<ChargeOutcome> =>
  outcomeOf(intent) ?? cancelIntent(stripe, call, intent);

const outcomeFound = async (asking: Asking): Promise<ChargeOutcome | null> => {
  const intent = await findIntent(asking.stripe, asking.call, asking.request.paymentId);
  return intent === null ? null : settled(asking, intent);
};
