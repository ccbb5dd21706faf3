/** Why a charge was refused for good, in the words that we show: Stripe's own, but for these. */
const ours: Readonly<Record<string, string>> = {
  generic_decline: 'card_declined',
  // Stripe asks not to tell these from any other decline (https://docs.stripe.com/declines/codes).
  fraudulent: 'card_declined',
  lost_card: 'card_declined',
  stolen_card: 'card_declined',
  pickup_card: 'card_declined',
  restricted_card: 'card_declined',
  merchant_blacklist: 'card_declined',
};

export type Decline = { readonly code: string | null; readonly declineCode: string | null };

/** The bank's reason where it gave one, or else Stripe's. */
export const declineCodeOf = ({ code, declineCode }: Decline): string => {
  const word = declineCode ?? code ?? 'card_declined';
  return ours[word] ?? word;
};

/**
 * Requests that Stripe turns away as wrong, with 400, where another card or amount is what mends them. To the
 * customer they are declines. Anything else that is wrong is ours to mend, and no word about the card.
 */
const mendable = new Set([
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

/** Null where the request itself is at fault. */
export const declineOfRequest = (code: string | null, param: string | null): string | null => {
  if (code === 'resource_missing' && param === 'payment_method') return 'invalid_payment_method';
  return code !== null && mendable.has(code) ? code : null;
};
