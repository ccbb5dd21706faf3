import { Buffer } from 'node:buffer';
import { err, ok, type Result } from 'neverthrow';
import type { Setting } from './settingKinds.ts';
import { readSettings } from './settings.ts';

type Settings = ReturnType<typeof readSettings>;

/** All that can be set from outside. Read once, at the start, by `readConfig`; nothing else reads the environment. */
export type Config = Readonly<Omit<Settings, 'nodeEnv' | 'auth' | 'paymentProvider' | 'stripe'>> & {
  /** Whether `PORT` was written: a worker listens only where it was. */
  readonly portGiven: boolean;
  readonly production: boolean;
  readonly auth: Auth;
  readonly payment: PaymentSettings;
};

/** How callers prove who they are. */
export type Auth = {
  /** `demo`: anyone may ask for a token, for trying it out only. */
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
      /** Null for Stripe's own. */
      readonly baseUrl: string | null;
      readonly returnUrl: string | null;
    };

/** The configuration, or everything that is wrong with it: a line each, for a person, with no secret in it. */
export const readConfig = (env: Environment): Result<Config, readonly string[]> => {
  const wrong: string[] = [];
  const read = <T>(setting: Setting<T>): T => {
    const text = env[setting.name];
    if (text === undefined || (text === '' && setting.empty === 'unset')) return setting.fallback;
    const value = setting.read(text);
    if (value.isOk()) return value.value;
    wrong.push(`${setting.name} ${setting.show(text)}: ${value.error}`);
    return setting.fallback;
  };

  const { nodeEnv, auth, paymentProvider, stripe, ...plain } = readSettings(read);
  const { secret, jwksUrl, ...expected } = auth;
  const production = nodeEnv === 'production';
  const payment = paymentOf(paymentProvider, stripe);

  wrong.push(...authConflictsOf(env, production), ...paymentConflictsOf(env));
  if (wrong.length > 0 || payment === null) return err(wrong);
  return ok({
    ...plain,
    portGiven: (env.PORT ?? '') !== '',
    production,
    auth: { key: keyOf(secret, jwksUrl), ...expected },
    payment,
  });
};

type Environment = Readonly<Record<string, string | undefined>>;

const keyOf = (secret: string | null, url: string | null): Auth['key'] => {
  if (secret !== null) return { kind: 'secret', secret };
  return url === null ? { kind: 'demo' } : { kind: 'jwks', url };
};

/** Null where a key is missing, which `paymentConflictsOf` tells. */
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

const paymentConflictsOf = (env: Environment): readonly string[] => {
  const isStripe = env.PAYMENT_PROVIDER === 'stripe';
  const names = stripeNames.filter((name) => (env[name] ?? '') !== '');
  if (!isStripe)
    return names.map(
      (name) => `${name} is set, and nobody is charged by Stripe: set PAYMENT_PROVIDER=stripe too`,
    );
  return ['STRIPE_API_KEY', 'STRIPE_WEBHOOK_SECRET']
    .filter((name) => !names.includes(name))
    .map((name) => `${name} is not set, and PAYMENT_PROVIDER=stripe needs it`);
};

/** By what is written, even wrongly: a secret that was refused must not count as no secret. */
const authConflictsOf = (env: Environment, production: boolean): readonly string[] => {
  const isWritten = (name: string) => env[name] !== undefined;
  const keys = ['AUTH_SECRET', 'AUTH_JWKS_URL'].filter(isWritten);
  if (keys.length === 2)
    return [
      'AUTH_SECRET and AUTH_JWKS_URL are both set: tokens are checked by one of them, so remove the other',
    ];
  if (keys.length === 1) return production ? weaknessOf(env.AUTH_SECRET) : [];
  const unused = ['AUTH_ISSUER', 'AUTH_AUDIENCE'].filter((name) => (env[name] ?? '') !== '');
  return [
    ...unused.map(
      (name) => `${name} is set without a key to check tokens by: set AUTH_SECRET or AUTH_JWKS_URL too`,
    ),
    ...(production
      ? [
          'AUTH_SECRET and AUTH_JWKS_URL are not set, and with NODE_ENV=production there is no demo mode, in which anyone may have a token: set one of them',
        ]
      : []),
  ];
};

/** RFC 7518, 3.2: a key of HS256 has the size of its hash at least. */
const secretBytesMin = 32;

const weaknessOf = (secret: string | undefined): readonly string[] => {
  const bytes = Buffer.byteLength(secret ?? '');
  return secret === undefined || bytes >= secretBytesMin
    ? []
    : [
        `AUTH_SECRET has ${bytes} bytes, and with NODE_ENV=production it must have ${secretBytesMin} or more, such as: openssl rand -base64 48`,
      ];
};
