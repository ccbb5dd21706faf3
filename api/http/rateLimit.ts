import type { RateLimited } from '../../core/limits.ts';

export const rateLimitProblems = {
  rate_limited: {
    status: 429,
    code: 'rate_limited',
    title: 'A limit is reached',
    detail:
      'The customer has reached a limit of the shop, which is in limit. Nothing was done or charged. Send the request again after the time in Retry-After.',
  },
} as const;

const details: Readonly<Record<RateLimited['limit'], string>> = {
  declines:
    'Too many payments of this customer were declined. Nothing was charged. Send the checkout again, with any payment method, after the time in Retry-After.',
  challenges:
    'Too many checkouts wait for this customer. Nothing was charged. Complete one of them, or give one up with DELETE /checkouts/{id}, and send this one again.',
  pending_orders:
    'The customer has too many pending orders. The order was not placed. Pay for some of them, or cancel some, and send this one again.',
};

/**
 * What a reached limit adds to its problem. The headers RateLimit and RateLimit-Policy are those of the IETF draft
 * “RateLimit header fields for HTTP”: `q` is how many are allowed, `w` is in how many seconds, `r` is how many are left,
 * and `t` is when there are more, in seconds. A policy without `w` counts until one ends.
 */
export const rateLimitExtras = ({ limit, max, windowMs, retryAfterMs }: RateLimited) => {
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1_000));
  const window = windowMs === null ? '' : `;w=${windowMs / 1_000}`;
  return {
    members: { detail: details[limit], limit },
    headers: {
      'retry-after': String(seconds),
      ratelimit: `"${limit}";r=0;t=${seconds}`,
      'ratelimit-policy': `"${limit}";q=${max}${window}`,
    },
  };
};
