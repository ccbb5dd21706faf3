import { awaitStripe, browserStripePorts, createStripePay, type StripePay } from '../shared/stripeCard.ts';

const made = new Map<string, StripePay>();

/** One client of Stripe's a document and language. Null if its script cannot be had. */
export const loadStripe = async (
  publishableKey: string | null,
  language: string,
): Promise<StripePay | null> => {
  if (publishableKey === null) return null;
  const name = `${publishableKey} ${language}`;
  const script = await awaitStripe(browserStripePorts());
  if (script === null) return null;
  const stripe = made.get(name) ?? createStripePay(script, publishableKey, language);
  made.set(name, stripe);
  return stripe;
};
