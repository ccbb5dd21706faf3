import { err, ok, type Result } from 'neverthrow';
import type { StepServiceSettings } from '../adapters/services/stepServices.ts';
import { findAuthConflicts } from './authRules.ts';
import { findDatabaseConflicts } from './databaseUrl.ts';
import { findKafkaConflicts, type Kafka, kafkaOf } from './kafkaSettings.ts';
import { findMailConflicts } from './mailSettings.ts';
import { findServiceConflicts, stepServicesOf } from './serviceSettings.ts';
import { type Environment, readerOf } from './settingKinds.ts';
import { readSettings } from './settings.ts';
import { findTelemetryConflicts } from './telemetrySettings.ts';
import { findPlainConnections } from './transportRules.ts';

type Settings = ReturnType<typeof readSettings>;

/** All settings. `readConfig` reads them once, at the start; nothing else reads the environment. */
export type Config = Readonly<
  Omit<Settings, 'nodeEnv' | 'auth' | 'paymentProvider' | 'stripe' | 'stepServices' | 'splunk' | 'kafka'>
> & {
  /** Whether `PORT` is set. A worker listens only if it is. */
  readonly portGiven: boolean;
  readonly production: boolean;
  readonly auth: Auth;
  readonly payment: PaymentSettings;
  /** Null: every step is done in our own database. */
  readonly stepServices: StepServiceSettings | null;
  /** Null: log lines go to standard error alone. */
  readonly splunk: { readonly url: string; readonly token: string } | null;
  /** Null: no events are sent to Kafka. */
  readonly kafka: Kafka | null;
};

/** How callers prove who they are. */
type Auth = {
  /** `demo`: anyone can get a token. For a trial only. */
  readonly key:
    | { readonly kind: 'demo' }
    | { readonly kind: 'secret'; readonly secret: string; readonly previous?: string }
    | { readonly kind: 'jwks'; readonly url: string };
  /** Null for any. */
  readonly issuer: string | null;
  /** Null for any. */
  readonly audience: string | null;
  readonly claims: { readonly roles: string; readonly email: string };
};

type PaymentSettings =
  | { readonly kind: 'simulated' }
  | {
      readonly kind: 'stripe';
      readonly apiKey: string;
      readonly webhookSecret: string;
      readonly publishableKey: string | null;
      /** Null for Stripe’s own address. */
      readonly baseUrl: string | null;
      readonly returnUrl: string | null;
    };

/** The configuration, or one line for an operator for each wrong setting. No line contains a secret. */
export const readConfig = (env: Environment): Result<Config, readonly string[]> => {
  const { read, errors } = readerOf(env);
  const { nodeEnv, auth, paymentProvider, stripe, stepServices, splunk, kafka, ...others } =
    readSettings(read);
  const { issuer, audience } = auth;
  const production = nodeEnv === 'production';
  const payment = paymentOf(paymentProvider, stripe);

  errors.push(
    ...findAuthConflicts(env, production),
    ...findDatabaseConflicts(env),
    ...findMailConflicts(env),
    ...findPaymentConflicts(env),
    ...findServiceConflicts(env),
    ...findTelemetryConflicts(env),
    ...findKafkaConflicts(env, production),
  );
  if (production) errors.push(...findPlainConnections(env));
  if (errors.length > 0 || payment === null) return err(errors);
  const key = keyOf(auth);
  return ok({
    ...others,
    host: others.host ?? (key.kind === 'demo' ? '127.0.0.1' : null),
    portGiven: (env.PORT ?? '') !== '',
    production,
    auth: { key, issuer, audience, claims: { roles: auth.rolesClaim, email: auth.emailClaim } },
    payment,
    stepServices: stepServicesOf(stepServices),
    kafka: kafkaOf(kafka),
    splunk: splunk.url === null || splunk.token === null ? null : { url: splunk.url, token: splunk.token },
  });
};

const keyOf = ({ secret, previousSecret, jwksUrl: url }: Settings['auth']): Auth['key'] => {
  if (secret === null) return url === null ? { kind: 'demo' } : { kind: 'jwks', url };
  return { kind: 'secret', secret, ...(previousSecret === null ? {} : { previous: previousSecret }) };
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

const stripeNames = [
  'STRIPE_API_KEY',
  'STRIPE_WEBHOOK_SECRET',
  'STRIPE_PUBLISHABLE_KEY',
  'STRIPE_API_URL',
  'STRIPE_RETURN_URL',
];

const findPaymentConflicts = (env: Environment): readonly string[] => {
  const isStripe = env.PAYMENT_PROVIDER === 'stripe';
  const names = stripeNames.filter((name) => (env[name] ?? '') !== '');
  if (!isStripe)
    return names.map(
      (name) => `${name} is set, but Stripe is not the provider: set PAYMENT_PROVIDER=stripe, or remove it`,
    );
  const missing = ['STRIPE_API_KEY', 'STRIPE_WEBHOOK_SECRET'].filter((name) => !names.includes(name));
  return [
    ...missing.map((name) => `${name} is not set, but PAYMENT_PROVIDER=stripe needs it`),
    ...findMixedModes(env),
  ];
};

/** Cards that a page collects with the key of one mode cannot be charged with that of the other. */
const findMixedModes = (env: Environment): readonly string[] => {
  const [secret, publishable] = ['STRIPE_API_KEY', 'STRIPE_PUBLISHABLE_KEY'].map(
    (name) => /^[a-z]{2}_(test|live)_/.exec(env[name] ?? '')?.[1],
  );
  return secret === undefined || publishable === undefined || secret === publishable
    ? []
    : [
        `STRIPE_PUBLISHABLE_KEY is a ${publishable} key, but STRIPE_API_KEY is a ${secret} key: use two of one mode`,
      ];
};
