import { Buffer } from 'node:buffer';
import { isPlainRemote } from './transportRules.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What is wrong with the settings of tokens, a line each. Looks at the environment, not at the parsed values: a refused
 * secret must not count as a missing one, which would turn demo mode on.
 */
export const findAuthConflicts = (env: Environment, production: boolean): readonly string[] => {
  const keys = ['AUTH_SECRET', 'AUTH_JWKS_URL'].filter((name) => env[name] !== undefined);
  if (keys.length === 2)
    return ['AUTH_SECRET and AUTH_JWKS_URL are both set, but only one can check tokens: remove one of them'];
  return [
    ...(keys.length === 0 ? findDemoConflicts(env, production) : []),
    ...findPreviousSecret(env),
    ...(production
      ? ['AUTH_SECRET', 'AUTH_SECRET_PREVIOUS'].flatMap((name) => findWeakSecret(env, name))
      : []),
    ...(production && env.AUTH_JWKS_URL !== undefined ? findOpenKeySet(env) : []),
  ];
};

const isGiven = (env: Environment, name: string): boolean => (env[name] ?? '') !== '';

/** In demo mode anyone can get a token of an operator, so no real money and no real shop may be behind it. */
const findDemoConflicts = (env: Environment, production: boolean): readonly string[] => {
  const unused = [
    'AUTH_ISSUER',
    'AUTH_AUDIENCE',
    'AUTH_ROLES_CLAIM',
    'AUTH_EMAIL_CLAIM',
    'SIGN_IN_URL',
  ].filter((name) => isGiven(env, name));
  const refusal = production ? 'NODE_ENV=production has no demo mode' : demoRefusal(env);
  return [
    ...unused.map(
      (name) => `${name} is set, but no key to check tokens with: set AUTH_SECRET or AUTH_JWKS_URL too`,
    ),
    ...(refusal === null
      ? []
      : [`AUTH_SECRET and AUTH_JWKS_URL are not set, and ${refusal}: set one of them`]),
  ];
};

/** Null if the provider moves no money: the simulated one, and a simulator of Stripe with a test key. */
const demoRefusal = (env: Environment): string | null => {
  if (env.PAYMENT_PROVIDER !== 'stripe') return null;
  if (/^[sr]k_live_/.test(env.STRIPE_API_KEY ?? '')) return 'a live key of Stripe has no demo mode';
  const host = URL.parse(env.STRIPE_API_URL ?? '')?.hostname ?? '';
  const isSimulator = host !== '' && !/(?:^|\.)stripe\.com\.?$/.test(host);
  return isSimulator ? null : 'Stripe itself has no demo mode';
};

const findPreviousSecret = (env: Environment): readonly string[] =>
  isGiven(env, 'AUTH_SECRET_PREVIOUS') && env.AUTH_SECRET === undefined
    ? ['AUTH_SECRET_PREVIOUS is set, but AUTH_SECRET is not: set the new secret too, or remove it']
    : [];

/** RFC 7518, 3.2: an HS256 key must be at least as long as the hash. */
const secretBytesMin = 32;

const findWeakSecret = (env: Environment, name: string): readonly string[] => {
  const bytes = Buffer.byteLength(env[name] ?? '');
  return !isGiven(env, name) || bytes >= secretBytesMin
    ? []
    : [
        `${name} has ${bytes} bytes, but NODE_ENV=production needs ${secretBytesMin} or more: write the output of: openssl rand -base64 48`,
      ];
};

/** An issuer signs tokens for many applications with one key set: without these rules all of them could come in. */
const findOpenKeySet = (env: Environment): readonly string[] => [
  ...['AUTH_ISSUER', 'AUTH_AUDIENCE']
    .filter((name) => !isGiven(env, name))
    .map(
      (name) =>
        `${name} is not set, but AUTH_JWKS_URL needs it with NODE_ENV=production: set it, or write * for any`,
    ),
  ...(isPlainRemote(env.AUTH_JWKS_URL)
    ? [
        'AUTH_JWKS_URL begins with "http:", but NODE_ENV=production needs https: anyone on the way could change the keys',
      ]
    : []),
];
