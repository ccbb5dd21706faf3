import { enProblems } from './enProblems.ts';

/** What a refusal means to an operator. Where no money of theirs is at stake, the words of the shop mislead. */
export const consoleEnProblems: typeof enProblems = {
  ...enProblems,
  forbidden: {
    title: 'This account may not do that',
    text: 'Ask whoever manages the accounts, or sign in as another.',
  },
  not_found: { title: 'Not found', text: 'It does not exist, or it is gone meanwhile.' },
  idempotency_key_reused: {
    title: 'This request was already used for something else',
    text: 'Nothing was done this time. Please reload the page and try again.',
  },
  order_in_progress: {
    title: 'An order is being paid right now',
    text: 'Please wait until its payment is settled, then try again.',
  },
  stock_changed: {
    title: 'The stock has changed',
    text: 'Somebody changed it meanwhile. Nothing was changed this time.',
  },
  rate_limited: { title: 'Too many requests', text: 'Please wait a little, then try again.' },
  internal: {
    title: 'Something went wrong in the server',
    text: 'Look for the request id in the logs.',
  },
  unavailable: { title: 'The server cannot answer right now', text: 'Please try again in a moment.' },
  payment_unavailable: {
    title: 'The payment provider cannot be reached',
    text: 'Please try again in a moment.',
  },
};
