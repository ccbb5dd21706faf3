import type { ProblemCode } from '../../api/render/problem.ts';

type ProblemText = { readonly title: string; readonly text: string };

/** Each code that the API sends. A new code does not compile without its words. */
export const enProblems: Readonly<Record<ProblemCode, ProblemText>> = {
  malformed_body: {
    title: 'The request did not arrive whole',
    text: 'Nothing was changed. Please try again.',
  },
  idempotency_key_missing: {
    title: 'The request was not complete',
    text: 'Nothing was charged. Please reload the page and try again.',
  },
  idempotency_key_invalid: {
    title: 'The request was not complete',
    text: 'Nothing was charged. Please reload the page and try again.',
  },
  signature_invalid: { title: 'The sender could not be checked', text: 'Nothing was changed.' },
  unauthenticated: {
    title: 'Please sign in again',
    text: 'Your session has ended. Nothing on this page is lost.',
  },
  payment_declined: { title: 'The payment was declined', text: 'Nothing was charged.' },
  forbidden: {
    title: 'This account may not do that',
    text: 'Sign in with another account, or ask the shop for access.',
  },
  not_found: {
    title: 'Not found',
    text: 'It does not exist, or it belongs to another account.',
  },
  method_not_allowed: { title: 'That is not possible here', text: 'Please reload the page and try again.' },
  request_timeout: {
    title: 'The connection was too slow',
    text: 'The request did not arrive in time. Nothing was changed. Please try again.',
  },
  checkout_in_progress: {
    title: 'This payment is being processed',
    text: 'You are charged once, however often you ask.',
  },
  checkout_not_cancellable: {
    title: 'The payment can no longer be cancelled',
    text: 'Your bank is already processing it. The result will be here soon.',
  },
  order_in_progress: {
    title: 'An order is being paid right now',
    text: 'Another payment is under way for it. Nothing was charged this time.',
  },
  order_not_payable: {
    title: 'An order can no longer be paid',
    text: 'It is paid or cancelled already. Nothing was charged this time.',
  },
  order_not_pending: {
    title: 'This order can no longer be changed',
    text: 'Only an order that waits for payment can be changed or removed.',
  },
  order_not_refundable: {
    title: 'This order cannot be refunded',
    text: 'Only an order that was paid can be refunded.',
  },
  refund_too_large: {
    title: 'The refund is too large',
    text: 'It is more than is left of the payment.',
  },
  payment_disputed: {
    title: 'The payment is disputed',
    text: 'The customer’s bank is looking into it. Please wait until it has decided.',
  },
  stock_changed: {
    title: 'The stock has changed',
    text: 'Somebody changed it meanwhile. Please look at the new number.',
  },
  out_of_stock: {
    title: 'Not enough in stock',
    text: 'Nothing was charged. Take fewer, or remove it from the cart.',
  },
  body_too_large: { title: 'That is too much at once', text: 'Please send less at a time.' },
  uri_too_long: { title: 'The search is too long', text: 'Please use fewer words.' },
  unsupported_media_type: {
    title: 'The request was not understood',
    text: 'Please reload the page and try again.',
  },
  validation_failed: { title: 'Please check what you entered', text: 'A value is not possible here.' },
  idempotency_key_reused: {
    title: 'This request was already used',
    text: 'Nothing was charged. Please reload the page and try again.',
  },
  mixed_currency: {
    title: 'Two currencies cannot be paid together',
    text: 'Please pay the orders of each currency on their own.',
  },
  url_refused: {
    title: 'This address is not accepted',
    text: 'Please give a public address that begins with https.',
  },
  rate_limited: { title: 'Too many tries', text: 'Nothing was charged. Please wait a little.' },
  headers_too_large: {
    title: 'The request was too large',
    text: 'Please sign out, sign in again, and try once more.',
  },
  internal: {
    title: 'Something went wrong on our side',
    text: 'Please try again. If it happens again, tell the shop the number below.',
  },
  unavailable: {
    title: 'The shop cannot answer right now',
    text: 'Please try again in a moment.',
  },
  payment_unavailable: {
    title: 'The payment service cannot be reached',
    text: 'Nothing was charged. Please try again in a moment.',
  },
};

/** Of `rate_limited`: which limit it is. `wait` is a time span, such as “9 minutes”. */
export const enLimits = {
  declines: (wait: string): string =>
    `Several payments were declined. To keep you safe, try again in ${wait}. Nothing was charged.`,
  challenges: (_wait: string): string =>
    'Several payments still wait for you. Confirm one of them or cancel it, then try again. Nothing was charged.',
  pending_orders: (_wait: string): string =>
    'Your cart is full. Pay for some orders or remove some, then try again.',
  other: (wait: string): string => `Please try again in ${wait}. Nothing was charged.`,
};

/** By the decline code of the bank. All others read as `card_declined`. */
export const enDeclines = {
  card_declined: 'Your bank did not allow the payment. It does not say why.',
  insufficient_funds: 'There is not enough money on the card.',
  expired_card: 'The card has expired.',
  incorrect_cvc: 'The security code of the card is not right.',
  incorrect_number: 'The card number is not right.',
  processing_error: 'The bank had a fault while it processed the card. Trying again may work.',
  issuer_not_available: 'Your bank cannot be reached right now. Trying again later may work.',
  try_again_later: 'Your bank cannot decide right now. Trying again later may work.',
  authentication_required: 'The payment was not confirmed with your bank.',
  payment_intent_authentication_failure: 'Your bank could not confirm that it is you.',
  card_velocity_exceeded: 'The limit of the card is reached.',
  withdrawal_count_limit_exceeded: 'The limit of the card is reached.',
  card_not_supported: 'This card cannot be used for this purchase.',
  currency_not_supported: 'This card cannot pay in this currency.',
  transaction_not_allowed: 'Your bank does not allow this kind of purchase.',
  call_issuer: 'Your bank asks you to call it.',
  amount_too_large: 'The amount is more than can be paid at once.',
  amount_too_small: 'The amount is too small to be paid by card.',
  amount_not_supported: 'This amount cannot be paid in this way.',
  invalid_payment_method: 'This way to pay is not available any more.',
  cancelled: 'The payment was cancelled before it was made.',
};
