/**
 * The content security policies of the pages. A script or style runs only from a file of ours, and no script can put
 * text into the page as HTML (Trusted Types). Pictures of products may come from any host over https.
 */
const base = {
  'default-src': ["'none'"],
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'img-src': ["'self'", 'https:', 'data:'],
  'connect-src': ["'self'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'frame-ancestors': ["'none'"],
};

const trustedTypes = { 'require-trusted-types-for': ["'script'"], 'trusted-types': ["'none'"] };

type Policy = Readonly<Record<string, readonly string[]>>;

const write = (policy: Policy): string =>
  Object.entries(policy)
    .map(([name, sources]) => `${name} ${sources.join(' ')}`)
    .join('; ');

export const pagePolicy = write({ ...base, ...trustedTypes });

/** From Stripe's security guide: its script opens frames of hosts below its own. */
const stripeHosts = ['https://js.stripe.com', 'https://*.js.stripe.com'];

/** Stripe.js must be loaded from Stripe. It is a script of others, so nobody can promise its Trusted Types. */
export const stripePagePolicy = write({
  ...base,
  'script-src': ["'self'", ...stripeHosts],
  'frame-src': [...stripeHosts, 'https://hooks.stripe.com'],
  'connect-src': ["'self'", 'https://api.stripe.com'],
});

/** The page for missing pages has neither script nor style. */
export const plainPagePolicy = write({
  'default-src': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'frame-ancestors': ["'none'"],
});
