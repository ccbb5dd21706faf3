/** Stripe's decline codes that we show under another name. All others are shown as they are. */
const renamedCodes: Readonly<Record<string, string>> = {
  generic_decline: 'card_declined',
  // Stripe asks to show these like any other decline (https://docs.stripe.com/declines/codes).
  fraudulent: 'card_declined',
  lost_card: 'card_declined',
  stolen_card: 'card_declined',
  pickup_card: 'card_declined',
  restricted_card: 'card_declined',
  merchant_blacklist: 'card_declined',
};

export type Decline = { readonly code: string | null; readonly declineCode: string | null };

/** The bank's reason if it gave one, else Stripe's code. */
export const declineCodeOf = ({ code, declineCode }: Decline): string => {
  const stripeCode = declineCode ?? code ?? 'card_declined';
  return renamedCodes[stripeCode] ?? stripeCode;
};

/**
 * Codes of requests that Stripe rejects with 400, but that another card or amount makes valid. The customer
 * sees them as declines. Any other rejected request is a fault of ours, and says nothing about the card.
 */
const requestDeclineCodes = new Set([
  'amount_too_large',
  'amount_too_small',
  'card_decline_rate_limit_exceeded',
  'currency_not_supported',
  'invalid_card_type',
  'payment_method_currency_mismatch',
  'payment_method_invalid_parameter',
  'payment_method_not_available',
  'payment_method_unactivated',
  'payment_method_unexpected_state',
  'payment_method_unsupported_type',
]);

/** Null if the request itself is wrong. */
export const declineOfRequest = (code: string | null, param: string | null): string | null => {
  if (code === 'resource_missing' && param === 'payment_method') return 'invalid_payment_method';
  if (code === null && param === 'payment_method') return 'invalid_payment_method';
  // Stripe takes each currency only in some countries, and names no code: “Stripe accounts in US do not support tnd.”
  if (code === null && param === 'currency') return 'amount_not_supported';
  return code !== null && requestDeclineCodes.has(code) ? code : null;
};
