import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { jobPipelines, pipelines } from '../../core/pipelines/index.ts';
import { readConfig } from '../../server/config.ts';
import { renderSettingsTable, settings } from '../../server/settings.ts';

type Env = Readonly<Record<string, string>>;

const dayMs = 86_400_000;

const secret = 'Z8rW1vQm4Kx0Tn6Yb3Jc7Fh2Lp9Sd5Ga';
const stripe = {
  AUTH_SECRET: secret,
  PAYMENT_PROVIDER: 'stripe',
  STRIPE_API_KEY: 'sk_test_1',
  STRIPE_WEBHOOK_SECRET: 'whsec_1',
};
const configOf = (env: Env) => readConfig(env)._unsafeUnwrap();
const errorsOf = (env: Env) => readConfig(env)._unsafeUnwrapErr();

const pipelineNames = [...pipelines.keys(), ...jobPipelines.map(({ name }) => name)];

test('Without any variable every setting has its default, and demo mode is on', () => {
  expect(configOf({})).toEqual({
    port: 3000,
    portGiven: false,
    host: '127.0.0.1',
    role: 'all',
    production: false,
    shop: { name: 'Cartwright', address: '', taxId: '', timeZone: 'UTC' },
    logLevel: 'info',
    signInUrl: null,
    corsOrigins: [],
    trustedProxies: [],
    securityContact: null,
    databaseUrl: 'sqlite:./data/cartwright.db',
    databaseReplicaUrl: null,
    databasePoolSize: 8,
    databasePooling: 'session',
    databaseWaitMs: 30_000,
    auth: {
      key: { kind: 'demo' },
      issuer: null,
      audience: null,
      claims: { roles: 'roles', email: 'email' },
    },
    smtpUrl: null,
    mailFrom: 'Cartwright <orders@cartwright.example>',
    mailsMax: 20,
    dkim: { selector: null, privateKey: null },
    oauth2: { clientId: null, clientSecret: null, refreshToken: null, tokenUrl: null },
    payment: { kind: 'simulated' },
    paymentTimeoutMs: 10_000,
    stepServices: null,
    webhookAllowPrivate: false,
    orderTtlMs: 86_400_000,
    numberPrefix: '',
    reconcileAfterMs: 15_000,
    ordersPendingMax: 1_000,
    declinesMax: 5,
    challengesMax: 5,
    retention: {
      ...{ responses: 90 * dayMs, ledger: 90 * dayMs, activity: null, providerEvents: 31 * dayMs },
      ...{ mails: 30 * dayMs, events: 30 * dayMs, deliveries: 30 * dayMs },
    },
    leaseMs: 30_000,
    pollMs: 500,
    batchMax: 500,
    claimers: 1,
    workerPipelines: pipelineNames,
    shutdownMs: 10_000,
    drainMs: null,
    slowMs: 1_000,
    metricsPort: null,
    kafka: null,
    splunk: null,
    tracing: expect.objectContaining({ endpoint: null }),
  });
});

test('A variable that is set replaces its default', () => {
  const config = configOf({
    PORT: '0',
    ROLE: 'worker',
    NODE_ENV: 'production',
    DATABASE_URL: 'postgres://shop:p%40ss@db.internal:5432/shop',
    DATABASE_POOLING: 'transaction',
    AUTH_SECRET: secret,
    AUTH_ISSUER: 'https://id.example.com',
    SMTP_URL: 'smtps://shop:pw@mail.example.com',
    MAIL_FROM: 'shop@example.com',
    WORKER_PIPELINES: 'digital, physical',
    QUEUE_LEASE_MS: '1000',
    SHOP_TIME_ZONE: 'Asia/Ho_Chi_Minh',
    SHOP_NAME: 'Tiệm Áo',
    SHOP_ADDRESS: ' 1 Phố Huế, Hà Nội ',
    SHOP_TAX_ID: '0101234567',
  });
  expect(config).toMatchObject({
    port: 0,
    portGiven: true,
    role: 'worker',
    production: true,
    databaseUrl: 'postgres://shop:p%40ss@db.internal:5432/shop',
    databasePooling: 'transaction',
    auth: { key: { kind: 'secret', secret }, issuer: 'https://id.example.com', audience: null },
    smtpUrl: 'smtps://shop:pw@mail.example.com',
    mailFrom: 'shop@example.com',
    workerPipelines: ['digital', 'physical'],
    leaseMs: 1000,
    shop: {
      name: 'Tiệm Áo',
      address: '1 Phố Huế, Hà Nội',
      taxId: '0101234567',
      timeZone: 'Asia/Ho_Chi_Minh',
    },
  });
});

test('An empty variable counts as not set, except for keys', () => {
  expect(configOf({ PORT: '', ROLE: '', DATABASE_URL: '', SMTP_URL: '' })).toEqual(configOf({}));
  expect(errorsOf({ AUTH_SECRET: '' })).toEqual([expect.stringMatching(/^AUTH_SECRET is empty: write 32/)]);
  expect(errorsOf({ AUTH_JWKS_URL: '' })).toEqual([
    expect.stringMatching(/^AUTH_JWKS_URL has no scheme: write/),
  ]);
});

test('Lists of origins and networks are separated by commas', () => {
  const { corsOrigins, trustedProxies } = configOf({
    CORS_ORIGINS: 'https://shop.example.com, http://localhost:5173',
    TRUSTED_PROXIES: '10.0.0.0/8, fd00::/8,192.168.1.1',
  });
  expect(corsOrigins).toEqual(['https://shop.example.com', 'http://localhost:5173']);
  expect(trustedProxies).toEqual([
    { address: '10.0.0.0', prefix: 8 },
    { address: 'fd00::', prefix: 8 },
    { address: '192.168.1.1', prefix: 32 },
  ]);
});

describe('wrong settings', () => {
  test.each<[Env, RegExp]>([
    [
      { SHOP_TIME_ZONE: 'Asia/Hanoi' },
      /^SHOP_TIME_ZONE is "Asia\/Hanoi": write the IANA name of a time zone/,
    ],
    [{ SHOP_TIME_ZONE: '+07:00' }, /^SHOP_TIME_ZONE is "\+07:00": write the IANA name/],
    [{ CORS_ORIGINS: '*' }, /^CORS_ORIGINS is "\*": write origins such as https:/],
    [{ CORS_ORIGINS: 'https://shop.example.com/,https://b.example' }, /^CORS_ORIGINS/],
    [{ TRUSTED_PROXIES: '10.0.0.0/33' }, /^TRUSTED_PROXIES is "10.0.0.0\/33": write networks/],
    [{ TRUSTED_PROXIES: '10.0.0.0/8,' }, /^TRUSTED_PROXIES/],
    [{ PORT: 'http' }, /^PORT is "http": write a whole number from 0 to 65535$/],
    [{ PORT: '65536' }, /^PORT is "65536"/],
    [{ PORT: '-1' }, /^PORT/],
    [{ PORT: '1e3' }, /^PORT/],
    [{ PORT: '80.5' }, /^PORT/],
    [{ ROLE: 'api' }, /^ROLE is "api": write all, checkout, read or worker$/],
    [{ LOG_LEVEL: 'verbose' }, /^LOG_LEVEL is "verbose": write debug, info, warn, error or silent$/],
    [{ PAYMENT_PROVIDER: 'cash' }, /^PAYMENT_PROVIDER is "cash": write simulated or stripe$/],
    [{ ...stripe, STRIPE_API_KEY: '' }, /^STRIPE_API_KEY is not set, but PAYMENT_PROVIDER=stripe needs it$/],
    [{ ...stripe, STRIPE_WEBHOOK_SECRET: '' }, /^STRIPE_WEBHOOK_SECRET is not set/],
    [{ ...stripe, STRIPE_API_KEY: 'pk_test_hunter2' }, /^STRIPE_API_KEY has the wrong form: write a secret/],
    [{ ...stripe, STRIPE_WEBHOOK_SECRET: 'hunter2' }, /^STRIPE_WEBHOOK_SECRET has the wrong form: write/],
    [{ ...stripe, STRIPE_API_URL: '127.0.0.1' }, /^STRIPE_API_URL .*: write a URL like http:/],
    [{ STRIPE_API_KEY: 'sk_test_1' }, /^STRIPE_API_KEY is set, but Stripe is not the provider/],
    [{ DATABASE_URL: 'mysql://h/d' }, /^DATABASE_URL begins with "mysql:": write sqlite:.* or postgres:/],
    [{ DATABASE_URL: './data/x.db' }, /^DATABASE_URL/],
    [{ DATABASE_URL: 'sqlite:' }, /^DATABASE_URL/],
    [{ DATABASE_URL: 'sqlite://data/x.db' }, /^DATABASE_URL/],
    [{ DATABASE_URL: 'postgres://h:port/d' }, /^DATABASE_URL/],
    [{ DATABASE_POOLING: 'statement' }, /^DATABASE_POOLING is "statement": write session or transaction$/],
    [{ AUTH_SECRET: secret.slice(1), NODE_ENV: 'production' }, /^AUTH_SECRET has 31 bytes.* 32 or more/],
    [{ AUTH_JWKS_URL: 'id.example.com' }, /^AUTH_JWKS_URL has no scheme: write a URL like https:/],
    [{ SMTP_URL: 'mail.example.com:25' }, /^SMTP_URL .*: write a URL like smtp:\/\//],
    [{ SMTP_URL: 'smtp://' }, /^SMTP_URL/],
    [{ MAIL_FROM: 'shop' }, /^MAIL_FROM is "shop": write an address such as/],
    [{ MAIL_FROM: 'Shop <a@b.c>\r\nBcc: x@y.z' }, /^MAIL_FROM/],
    [{ QUEUE_LEASE_MS: '49' }, /^QUEUE_LEASE_MS/],
    [{ QUEUE_POLL_MS: '0' }, /^QUEUE_POLL_MS/],
    [
      { WORKER_PIPELINES: 'digital,food' },
      new RegExp(`^WORKER_PIPELINES .*write all, or one or more of ${pipelineNames.join(',')}$`),
    ],
    [{ WORKER_PIPELINES: ',' }, /^WORKER_PIPELINES/],
    [{ AUTH_SECRET: secret, AUTH_JWKS_URL: 'https://id.example.com/jwks' }, /both set/],
    [{ AUTH_ISSUER: 'https://id.example.com' }, /^AUTH_ISSUER is set, but no key to check tokens/],
    [{ NODE_ENV: 'production' }, /NODE_ENV=production has no demo mode.*set one of them$/],
  ])('The environment %j is refused with a line that names the setting', (env, line) => {
    expect(errorsOf(env)).toEqual([expect.stringMatching(line)]);
  });

  test('All wrong settings are reported at once', () => {
    const lines = errorsOf({ PORT: 'x', ROLE: 'y', LOG_LEVEL: 'z', NODE_ENV: 'production' });
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['PORT', 'ROLE', 'LOG_LEVEL', 'AUTH_SECRET']);
  });

  test('A refused secret does not turn demo mode on, and is not reported as missing', () => {
    expect(errorsOf({ NODE_ENV: 'production', AUTH_SECRET: 'short' })).toEqual([
      expect.stringMatching(/^AUTH_SECRET has 5 bytes/),
    ]);
  });

  test('Errors contain no secret', () => {
    const errors = errorsOf({
      AUTH_SECRET: 'hunter2',
      AUTH_JWKS_URL: 'ldap://u:hunter2@id',
      DATABASE_URL: 'mysql:root:hunter2@h',
      SMTP_URL: 'imap://u:hunter2@h',
      DKIM_PRIVATE_KEY: 'hunter2',
      SMTP_OAUTH_CLIENT_SECRET: 'hunter2 hunter2',
      PAYMENT_PROVIDER: 'stripe',
      STRIPE_API_KEY: 'hunter2',
      STRIPE_WEBHOOK_SECRET: 'hunter2',
      STRIPE_API_URL: 'hunter2',
    });
    expect(errors.length).toBe(13);
    expect(errors.join()).not.toContain('hunter2');
  });
});

test('PAYMENT_PROVIDER=stripe makes Stripe the provider', () => {
  const url = {
    STRIPE_API_URL: 'http://127.0.0.1:12111',
    STRIPE_RETURN_URL: 'https://shop.example.com/paid',
  };
  expect(configOf({ ...stripe, ...url }).payment).toEqual({
    kind: 'stripe',
    apiKey: 'sk_test_1',
    webhookSecret: 'whsec_1',
    publishableKey: null,
    baseUrl: 'http://127.0.0.1:12111',
    returnUrl: 'https://shop.example.com/paid',
  });
});

test('The publishable key of Stripe must be one, and of the mode of the secret key', () => {
  const errors = (key: string) => {
    const read = readConfig({ ...stripe, STRIPE_PUBLISHABLE_KEY: key });
    return read.isOk() ? [] : read.error;
  };
  expect(configOf({ ...stripe, STRIPE_PUBLISHABLE_KEY: 'pk_test_1' }).payment).toMatchObject({
    publishableKey: 'pk_test_1',
  });
  expect(errors('pk_live_1')).toEqual([
    'STRIPE_PUBLISHABLE_KEY is a live key, but STRIPE_API_KEY is a test key: use two of one mode',
  ]);
  for (const secretKey of ['sk_test_1', 'whsec_1']) {
    expect(errors(secretKey)).toEqual([
      'STRIPE_PUBLISHABLE_KEY has the wrong form: write a publishable key such as pk_test_…',
    ]);
  }
  expect(errorsOf({ STRIPE_PUBLISHABLE_KEY: 'pk_test_1' })).toEqual([
    expect.stringContaining('Stripe is not the provider'),
  ]);
});

test('SIGN_IN_URL needs a key to check its tokens with, and https in production', () => {
  const signIn = { SIGN_IN_URL: 'https://id.example.com/sign-in' };
  expect(configOf({ ...signIn, AUTH_SECRET: secret }).signInUrl).toBe('https://id.example.com/sign-in');
  expect(errorsOf(signIn)).toEqual([expect.stringMatching(/^SIGN_IN_URL is set, but no key/)]);
  const production = { AUTH_SECRET: secret, NODE_ENV: 'production' };
  expect(errorsOf({ ...production, SIGN_IN_URL: 'http://id.example.com/' })).toEqual([
    expect.stringMatching(/^SIGN_IN_URL begins with "http:"/),
  ]);
  expect(configOf({ ...production, SIGN_IN_URL: 'http://localhost:9/' }).signInUrl).toBe(
    'http://localhost:9/',
  );
});

test('A short secret is accepted outside production', () => {
  expect(configOf({ AUTH_SECRET: 'short' }).auth.key).toEqual({ kind: 'secret', secret: 'short' });
});

test('A worker runs the pipelines that it is told to, or all', () => {
  expect(configOf({ WORKER_PIPELINES: 'refund, digital' }).workerPipelines).toEqual(['refund', 'digital']);
  expect(configOf({ WORKER_PIPELINES: 'all' }).workerPipelines).toEqual(pipelineNames);
});

test('The README has the table of all settings', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(`<!-- settings -->\n${renderSettingsTable().trim()}\n<!-- /settings -->`);
});

test('Each setting has a unique name and a sentence that documents it', () => {
  expect(new Set(settings.map(({ name }) => name)).size).toBe(settings.length);
  for (const { name, doc } of settings) {
    expect(name).toMatch(/^[A-Z_]+$/);
    expect(doc).toMatch(/^.{20,}\.$/);
  }
});

test('The table of settings has a row of three cells for each setting', () => {
  const rows = renderSettingsTable().split('\n').slice(2);
  expect(rows.map((row) => row.split('|').length)).toEqual(settings.map(() => 5));
  expect(rows).toContain('| `QUEUE_POLL_MS` | `500` | How often an idle worker looks for work. |');
  expect(rows).toContain('| `AUTH_ISSUER` |  | The `iss` claim that tokens must have; `*` for any. |');
});
