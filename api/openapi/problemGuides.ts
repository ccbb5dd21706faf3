/** What a person reads at `/docs/problems/{code}`. */
export type ProblemGuide = {
  readonly status: number;
  readonly title: string;
  /** What has happened, and what has not. */
  readonly meaning: string;
  /** What the caller can do about it, the most likely cure first. */
  readonly cures: readonly string[];
};

/** By code, in the order of their statuses. A test holds them to the codes that the API sends. */
export const problemGuides: Readonly<Record<string, ProblemGuide>> = {
  malformed_body: {
    status: 400,
    title: 'The body is not JSON',
    meaning:
      'The body of the request is not valid JSON in UTF-8, or it did not arrive whole. A gateway sends this also for a request that is not valid HTTP, such as one with two lengths. Nothing was changed.',
    cures: [
      'Check the syntax and the encoding of the body.',
      'If the connection broke, send the request again.',
    ],
  },
  idempotency_key_missing: {
    status: 400,
    title: 'The Idempotency-Key is missing',
    meaning:
      'Checkouts and refunds need the header Idempotency-Key, so that a repeated request moves money only once.',
    cures: [
      'Send the header with a new UUID for each checkout or refund, and the same one when you retry it.',
    ],
  },
  idempotency_key_invalid: {
    status: 400,
    title: 'The Idempotency-Key is not a UUID',
    meaning: 'The header Idempotency-Key was sent, and its value is not a UUID.',
    cures: ['Send one UUID, with or without double quotes.'],
  },
  signature_invalid: {
    status: 400,
    title: 'The signature is not valid',
    meaning:
      'The event was not stored: it has no valid signature of the payment provider, or the signature is too old.',
    cures: [
      'If you run the shop, compare the webhook secret in its settings with the one at the provider.',
      'Compare the clocks of the machines.',
    ],
  },
  unauthenticated: {
    status: 401,
    title: 'Not authenticated',
    meaning:
      'The request has no token and no service key, or one that is not valid. The header WWW-Authenticate says why.',
    cures: [
      'Send a valid token, or a service key, in the header Authorization: Bearer.',
      'If the token has expired, get a new one where you got the old one. In demo mode that is POST /demo/tokens.',
    ],
  },
  payment_declined: {
    status: 402,
    title: 'The payment was declined',
    meaning:
      'The bank or the payment provider declined the payment. Nothing was charged. The member declineCode has the reason. The orders are pending again.',
    cures: ['Pay the orders with another payment method, in a new checkout with a new Idempotency-Key.'],
  },
  forbidden: {
    status: 403,
    title: 'Not allowed',
    meaning: 'The caller is known, and does not have the role or the permission that this request needs.',
    cures: ['Read the member detail: it names what is missing.', 'Use a token that has it.'],
  },
  not_found: {
    status: 404,
    title: 'Not found',
    meaning:
      'Nothing has this path or this id, or it belongs to another customer. The two look the same on purpose.',
    cures: [
      'Check the path and the ids. Where the problem names a field, its id is the unknown one.',
      'An archived product cannot be ordered: find the products on sale with GET /products.',
    ],
  },
  method_not_allowed: {
    status: 405,
    title: 'The method is not allowed here',
    meaning: 'The path exists and does not have this method.',
    cures: ['Use one of the methods in the header Allow.'],
  },
  request_timeout: {
    status: 408,
    title: 'The body took too long',
    meaning: 'The body did not arrive in time. Nothing was changed.',
    cures: ['Send the request again, with the whole body at once.'],
  },
  checkout_in_progress: {
    status: 409,
    title: 'The checkout is in progress',
    meaning:
      'The first request with this Idempotency-Key is still running. A double click or a fast retry causes this. Nothing is charged twice.',
    cures: [
      'Wait as long as Retry-After says and send the same request again, or follow the header Location.',
    ],
  },
  checkout_not_cancellable: {
    status: 409,
    title: 'The checkout cannot be given up',
    meaning: 'The payment provider is processing the payment and no longer calls it off.',
    cures: ['Follow the header Location: the checkout soon has its outcome.'],
  },
  order_in_progress: {
    status: 409,
    title: 'An order is being paid',
    meaning: 'Another checkout is paying for the orders in orderIds at this moment.',
    cures: ['Wait for the outcome of the other checkout before you try again.'],
  },
  order_not_payable: {
    status: 409,
    title: 'An order cannot be paid',
    meaning: 'The orders in orders are already paid or cancelled. The whole checkout was refused.',
    cures: ['Leave these orders out, and send a new checkout with a new Idempotency-Key.'],
  },
  order_not_pending: {
    status: 409,
    title: 'The order is not pending',
    meaning: 'Only a pending order can be changed or cancelled. The member orderStatus has the status.',
    cures: ['If the order is being paid, wait for the outcome.', 'If it is paid, ask for a refund.'],
  },
  order_not_refundable: {
    status: 409,
    title: 'The order cannot be refunded',
    meaning: 'Only a paid order can be refunded. The member orderStatus has the status of this one.',
    cures: ['Check the id of the order.', 'If the order is still being paid, wait for the outcome.'],
  },
  refund_too_large: {
    status: 409,
    title: 'The refund is too large',
    meaning:
      'More cannot be given back than was paid, and open refunds count. The member left has what remains.',
    cures: ['Ask for at most the amount in left, or leave the amount out to give back all that remains.'],
  },
  payment_disputed: {
    status: 409,
    title: 'The payment is disputed',
    meaning: 'The customer’s bank disputes the payment, so the money may go back that way.',
    cures: ['Ask for the refund when the dispute has ended.'],
  },
  stock_changed: {
    status: 409,
    title: 'The stock is another one',
    meaning:
      'Nothing was changed: the stock of the product is not the one in was, or it would go below zero.',
    cures: ['Read the member stock, and decide again with that number.'],
  },
  out_of_stock: {
    status: 409,
    title: 'Out of stock',
    meaning:
      'There are too few units for the orders in orderIds. Nothing was charged. The member products says how many are left.',
    cures: [
      'Leave these orders out, or order fewer units, and send a new checkout with a new Idempotency-Key.',
    ],
  },
  body_too_large: {
    status: 413,
    title: 'The body is too large',
    meaning: 'A body may have at most 1 MiB.',
    cures: ['Send less at once: several requests with smaller lists.'],
  },
  uri_too_long: {
    status: 414,
    title: 'The URL is too long',
    meaning: 'The path and the query of the request are longer than the server reads.',
    cures: ['Shorten the query. A search text may have 200 characters.'],
  },
  unsupported_media_type: {
    status: 415,
    title: 'The media type is not supported',
    meaning: 'The body has a type or an encoding that the API does not read.',
    cures: ['Send application/json in UTF-8, without a Content-Encoding.'],
  },
  validation_failed: {
    status: 422,
    title: 'A value is not valid',
    meaning:
      'The member errors lists each wrong value: where it is, and what is expected there. Nothing was changed.',
    cures: ['Correct the values at the paths in errors. Unknown fields and parameters are errors too.'],
  },
  idempotency_key_reused: {
    status: 422,
    title: 'The Idempotency-Key is already in use',
    meaning: 'You have sent another request with this Idempotency-Key before.',
    cures: [
      'Use a new UUID for a new request.',
      'To retry the earlier one, send exactly the same body again.',
    ],
  },
  mixed_currency: {
    status: 422,
    title: 'Mixed currencies',
    meaning: 'All orders of a checkout have one currency, and a refund has the currency of its order.',
    cures: ['Send one checkout for each currency.'],
  },
  url_refused: {
    status: 422,
    title: 'The URL is refused',
    meaning:
      'The shop sends its events only to https URLs whose host has public addresses alone, so that nobody can reach its own network through it. The member detail says what is wrong. Nothing was changed.',
    cures: [
      'Give an https URL whose host has a public address, without a user or password.',
      'If you run the shop and the receiver is in its network, set WEBHOOK_ALLOW_PRIVATE=1. Then http is taken too.',
    ],
  },
  rate_limited: {
    status: 429,
    title: 'A limit is reached',
    meaning:
      'Too many payments of the customer were declined, too many checkouts wait for the customer, or too many orders are pending. The member limit says which. A gateway sends this, without limit, if too many requests come from one caller or address. Nothing was changed or charged.',
    cures: [
      'Wait as long as the header Retry-After says, and send the request again.',
      'Complete a checkout that waits, or give one up with DELETE /checkouts/{id}.',
      'Pay for pending orders, or cancel some with DELETE /orders/{id}.',
    ],
  },
  headers_too_large: {
    status: 431,
    title: 'The headers are too large',
    meaning: 'The headers of the request are larger than the server reads.',
    cures: ['Send fewer or shorter headers. A token may have 8 KiB.'],
  },
  internal: {
    status: 500,
    title: 'Something went wrong',
    meaning: 'The server failed to handle the request. This is our fault and not yours.',
    cures: ['If it happens again, report the request id in instance to the people who run the shop.'],
  },
  unavailable: {
    status: 503,
    title: 'Not available',
    meaning:
      'The service cannot handle the request now. The member detail says whether something may have happened.',
    cures: ['Send the same request, with the same Idempotency-Key, after the time in Retry-After.'],
  },
  payment_unavailable: {
    status: 503,
    title: 'The payment provider cannot be reached',
    meaning: 'The payment provider did not take the request. The member detail says what is known.',
    cures: ['Send the same request with the same Idempotency-Key after the time in Retry-After.'],
  },
};
