import { Buffer } from 'node:buffer';
import { err, ok, type Result } from 'neverthrow';
import type { Setting } from './settingKinds.ts';
import { readSettings } from './settings.ts';

type Settings = ReturnType<typeof readSettings>;

/** All settings. `readConfig` reads them once, at the start; nothing else reads the environment. */
export type Config = Readonly<Omit<Settings, 'nodeEnv' | 'auth' | 'paymentProvider' | 'stripe'>> & {
  /** Whether `PORT` is set. A worker listens only if it is. */
  readonly portGiven: boolean;
  readonly production: boolean;
  readonly auth: Auth;
  readonly payment: PaymentSettings;
};

/** How callers prove who they are. */
export type Auth = {
  /** `demo`: anyone can get a token. For a trial only. */
  readonly key:
    | { readonly kind: 'demo' }
    | { readonly kind: 'secret'; readonly secret: string }
    | { readonly kind: 'jwks'; readonly url: string };
  readonly issuer: string | null;
  readonly audience: string | null;
};

type PaymentSettings =
  | { readonly kind: 'simulated' }
  | {
      readonly kind: 'stripe';
      readonly apiKey: string;
      readonly webhookSecret: string;
      /** Null for Stripe’s own address. */
      readonly baseUrl: string | null;
      readonly returnUrl: string | null;
    };

/** The configuration, or one line for an operator for each wrong setting. No line contains a secret. */
export const readConfig = (env: Environment): Result<Config, readonly string[]> => {
  const errors: string[] = [];
  const read = <T>(setting: Setting<T>): T => {
    const text = env[setting.name];
    if (text === undefined || (text === '' && setting.empty === 'unset')) return setting.fallback;
    const value = setting.read(text);
    if (value.isOk()) return value.value;
    errors.push(`${setting.name} ${setting.show(text)}: ${value.error}`);
    return setting.fallback;
  };

  const { nodeEnv, auth, paymentProvider, stripe, ...others } = readSettings(read);
  const { secret, jwksUrl, ...expectedClaims } = auth;
  const production = nodeEnv === 'production';
  const payment = paymentOf(paymentProvider, stripe);

  errors.push(...findAuthConflicts(env, production), ...findPaymentConflicts(env));
  if (errors.length > 0 || payment === null) return err(errors);
  return ok({
    ...others,
    portGiven: (env.PORT ?? '') !== '',
    production,
    auth: { key: keyOf(secret, jwksUrl), ...expectedClaims },
    payment,
  });
};

type Environment = Readonly<Record<string, string | undefined>>;

const keyOf = (secret: string | null, url: string | null): Auth['key'] => {
  if (secret !== null) return { kind: 'secret', secret };
  return url === null ? { kind: 'demo' } : { kind: 'jwks', url };
};

/** Null if a key is missing, which `findPaymentConflicts` reports. */
const paymentOf = (
  provider: 'simulated' | 'stripe',
  { apiKey, webhookSecret, ...rest }: Settings['stripe'],
): PaymentSettings | null => {
  if (provider === 'simulated') return { kind: provider };
  return apiKey === null || webhookSecret === null
    ? null
    : { kind: provider, apiKey, webhookSecret, ...rest };
};

const stripeNames = ['STRIPE_API_KEY', 'STRIPE_WEBHOOK_SECRET', 'STRIPE_API_URL', 'STRIPE_RETURN_URL'];

const findPaymentConflicts = (env: Environment): readonly string[] => {
  const isStripe = env.PAYMENT_PROVIDER === 'stripe';
  const names = stripeNames.filter((name) => (env[name] ?? '') !== '');
  if (!isStripe)
    return names.map(
      (name) => `${name} is set, but Stripe is not the provider: set PAYMENT_PROVIDER=stripe, or remove it`,
    );
  return ['STRIPE_API_KEY', 'STRIPE_WEBHOOK_SECRET']
    .filter((name) => !names.includes(name))
    .map((name) => `${name} is not set, but PAYMENT_PROVIDER=stripe needs it`);
};

/** Looks at the environment, not at the parsed values: a refused secret must not count as a missing one. */
const findAuthConflicts = (env: Environment, production: boolean): readonly string[] => {
  const isSet = (name: string) => env[name] !== undefined;
  const keys = ['AUTH_SECRET', 'AUTH_JWKS_URL'].filter(isSet);
  if (keys.length === 2)
    return ['AUTH_SECRET and AUTH_JWKS_URL are both set, but only one can check tokens: remove one of them'];
  if (keys.length === 1) return production ? findWeakSecret(env.AUTH_SECRET) : [];
  const unused = ['AUTH_ISSUER', 'AUTH_AUDIENCE'].filter((name) => (env[name] ?? '') !== '');
  return [
    ...unused.map(
      (name) => `${name} is set, but no key to check tokens with: set AUTH_SECRET or AUTH_JWKS_URL too`,
    ),
    ...(production
      ? [
          'AUTH_SECRET and AUTH_JWKS_URL are not set, and NODE_ENV=production has no demo mode: set one of them',
        ]
      : []),
  ];
};

/** RFC 7518, 3.2: an HS256 key must be at least as long as the hash. */
const secretBytesMin = 32;

const findWeakSecret = (secret: string | undefined): readonly string[] => {
  const bytes = Buffer.byteLength(secret ?? '');
  return secret === undefined || bytes >= secretBytesMin
    ? []
    : [
        `AUTH_SECRET has ${bytes} bytes, but NODE_ENV=production needs ${secretBytesMin} or more: write the output of: openssl rand -base64 48`,
      ];
};
