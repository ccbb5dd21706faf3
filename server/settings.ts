import { isIP } from 'node:net';
import { err, ok } from 'neverthrow';
import { parseSender } from '../adapters/smtp/address.ts';
import { type Network, parseNetwork } from '../api/http/clientAddress.ts';
import { isOrigin } from '../api/http/cors.ts';
import { isTimeZone } from '../core/calendar.ts';
import { jobPipelines, pipelines } from '../core/pipelines/index.ts';
import { checkoutSettings } from './checkoutSettings.ts';
import { readDatabaseUrl } from './databaseUrl.ts';
import { createKinds, type Kinds, type ReadSetting, type Setting, showScheme } from './settingKinds.ts';

const roles = ['all', 'checkout', 'read', 'worker'] as const;
const nodeEnvs = ['development', 'test', 'production'] as const;
const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/**
 * Each setting is declared once, below. The type of the configuration, its values and the table in README are
 * derived from it. Settings are read in the order of the table.
 */
export const readSettings = (read: ReadSetting) => {
  const kinds = createKinds(read);
  return {
    ...processSettings(kinds),
    ...callerSettings(kinds),
    ...databaseSettings(kinds),
    auth: authSettings(kinds),
    ...mailSettings(kinds),
    ...paymentSettings(kinds),
    ...checkoutSettings(kinds),
    ...workerSettings(kinds),
  };
};

const processSettings = ({ oneOf, setting, whole }: Kinds) => ({
  port: whole(
    'PORT',
    3000,
    0,
    65_535,
    'The port of the API; 0 takes a free port. A process with `ROLE=worker` listens only if it is set, and serves only `/health`.',
  ),
  /** Null: this machine only in demo mode, else every address. */
  host: setting<string | null>({
    name: 'HOST',
    fallback: null,
    doc: 'The address to listen on. If it is not set: `127.0.0.1` in demo mode, else every address of the machine. `0.0.0.0` is every address in demo mode too.',
    read: (text) =>
      isIP(text) > 0 || text === 'localhost'
        ? ok(text)
        : err('write an address of this machine, such as 127.0.0.1, ::1 or 0.0.0.0'),
  }),
  role: oneOf(
    'ROLE',
    'all',
    roles,
    '`checkout`: the commands of the API. `read`: its queries. `worker`: pipelines, payment recovery and maintenance. `all`: everything in one process.',
  ),
  nodeEnv: oneOf(
    'NODE_ENV',
    'development',
    nodeEnvs,
    '`production` turns demo mode off, does not load the demo products, and refuses keys and addresses that are not safe. Any other word than these three stops the start.',
  ),
  timeZone: setting({
    name: 'SHOP_TIME_ZONE',
    fallback: 'UTC',
    doc: 'The IANA time zone of the shop, such as `Asia/Ho_Chi_Minh`: the years of invoices and credit notes, the days of reconciliations, and dates without a time in queries are those of this zone. The zone of the machine has no effect.',
    read: (text) =>
      isTimeZone(text) ? ok(text) : err('write the IANA name of a time zone such as Asia/Ho_Chi_Minh'),
  }),
  logLevel: oneOf(
    'LOG_LEVEL',
    'info',
    logLevels,
    'The lowest level that is logged. Logs go to standard error: as readable text on a terminal, as JSON elsewhere.',
  ),
});

/** Whose pages and which proxies are believed. */
const callerSettings = ({ setting }: Kinds) => ({
  corsOrigins: setting<readonly string[]>({
    name: 'CORS_ORIGINS',
    fallback: [],
    doc: 'The origins whose pages may call the API, separated by commas, such as `https://shop.example.com`. Each is compared as it is; credentials are never allowed. If it is not set, only pages of the API’s own origin may call.',
    read: (text) => {
      const origins = listOf(text);
      return origins.every(isOrigin)
        ? ok(origins)
        : err('write origins such as https://shop.example.com,http://localhost:5173, without a path or a *');
    },
  }),
  trustedProxies: setting<readonly Network[]>({
    name: 'TRUSTED_PROXIES',
    fallback: [],
    doc: 'The networks of the proxies in front of the API, separated by commas, such as `10.0.0.0/8,fd00::/8`. Only their `X-Forwarded-For` and `X-Forwarded-Proto` count, for logs, activity and limits.',
    read: (text) => {
      const networks = listOf(text).map(parseNetwork);
      return networks.every((network) => network !== null)
        ? ok(networks)
        : err('write networks such as 10.0.0.0/8, or addresses');
    },
  }),
});

const listOf = (text: string): string[] => [...new Set(text.split(',').map((part) => part.trim()))];

const databaseSettings = ({ oneOf, setting, whole }: Kinds) => ({
  databaseUrl: setting({
    name: 'DATABASE_URL',
    fallback: 'sqlite:./data/cartwright.db',
    doc: 'The database: `sqlite:` and a path, `sqlite::memory:`, or `postgres://user:password@host:5432/database` ([more about it](#postgresql)).',
    read: readDatabaseUrl,
    show: showScheme,
  }),
  databasePoolSize: whole(
    'DATABASE_POOL_SIZE',
    8,
    2,
    200,
    'The most connections to Postgres that this process opens.',
  ),
  databasePooling: oneOf(
    'DATABASE_POOLING',
    'session',
    ['session', 'transaction'],
    'Use `transaction` behind PgBouncer in transaction mode. Then there are no prepared statements and no `LISTEN`, and workers find work only by polling.',
  ),
  databaseWaitMs: whole(
    'DATABASE_WAIT_MS',
    30_000,
    0,
    600_000,
    'How long a start waits for a database that cannot be reached.',
  ),
});

const authSettings = ({ address, claimName, claimValue, setting }: Kinds) => ({
  secret: setting<string | null>({
    name: 'AUTH_SECRET',
    fallback: null,
    doc: 'The key of HS256 tokens; in production, 32 bytes or more. If neither this nor `AUTH_JWKS_URL` is set, demo mode is on.',
    read: (text) =>
      text === '' ? err('write 32 bytes or more, such as: openssl rand -base64 48') : ok(text),
    show: () => 'is empty',
    empty: 'wrong',
  }),
  previousSecret: setting<string | null>({
    name: 'AUTH_SECRET_PREVIOUS',
    fallback: null,
    doc: 'The last `AUTH_SECRET`, accepted too while tokens signed with it are in use. To change the secret: move it here, set the new one, start all processes again, and remove this one when its last token has expired.',
    read: (text) => ok(text),
    show: () => 'has the wrong form',
  }),
  jwksUrl: address(
    {
      name: 'AUTH_JWKS_URL',
      doc: 'The URL of the public keys (JWKS) of RS256 and ES256 tokens. They are loaded again each minute. In production it must be `https`, and needs `AUTH_ISSUER` and `AUTH_AUDIENCE`.',
      empty: 'wrong',
      show: showScheme,
    },
    ['https', 'http'],
    'https://id.example.com/.well-known/jwks.json',
  ),
  issuer: claimValue('AUTH_ISSUER', 'The `iss` claim that tokens must have; `*` for any.'),
  audience: claimValue('AUTH_AUDIENCE', 'The `aud` claim that tokens must have; `*` for any.'),
  rolesClaim: claimName(
    'AUTH_ROLES_CLAIM',
    'roles',
    'The claim with the list of roles: a name, or a path with dots such as `realm_access.roles`.',
  ),
  emailClaim: claimName(
    'AUTH_EMAIL_CLAIM',
    'email',
    'The claim with the e-mail address: a name, or a path with dots.',
  ),
});

const mailSettings = ({ address, setting, whole }: Kinds) => ({
  /** Null: mails are captured in the database and not sent. */
  smtpUrl: address(
    {
      name: 'SMTP_URL',
      doc: 'The mail server: `smtp://user:password@host:587`, or `smtps://` for TLS from the start. A login is sent only over TLS or to this machine, unless `?requireTLS=false` says otherwise. If it is not set, mails are captured in the database and not sent.',
      show: showScheme,
    },
    ['smtp', 'smtps'],
    'smtp://user:password@host:587',
  ),
  mailFrom: setting({
    name: 'MAIL_FROM',
    fallback: 'Cartwright <orders@cartwright.example>',
    doc: 'The sender of mails. Its domain is also the domain of the `Message-ID`.',
    read: (text) =>
      parseSender(text) === null
        ? err('write an address such as orders@example.com or Shop <orders@example.com>')
        : ok(text),
  }),
  mailsMax: whole(
    'MAILS_MAX',
    20,
    1,
    1000,
    'The most mails that are sent at the same time, for each pipeline.',
  ),
});

const paymentSettings = ({ address, oneOf, secret, whole }: Kinds) => ({
  paymentProvider: oneOf(
    'PAYMENT_PROVIDER',
    'simulated',
    ['simulated', 'stripe'],
    'The payment provider. `simulated` moves no money, and remembers idempotency keys as a real provider does.',
  ),
  stripe: {
    apiKey: secret(
      'STRIPE_API_KEY',
      'The secret key for `PAYMENT_PROVIDER=stripe`. `sk_test_…` moves no money, `sk_live_…` does.',
      /^(sk|rk)_(test|live)_\w+$/,
      'write a secret or restricted key such as sk_test_…',
    ),
    webhookSecret: secret(
      'STRIPE_WEBHOOK_SECRET',
      'The secret that Stripe signs its events to `/webhooks/stripe` with.',
      /^whsec_\S+$/,
      'write the signing secret of the webhook endpoint, such as whsec_…',
    ),
    /** Null for Stripe’s own address. */
    baseUrl: address(
      {
        name: 'STRIPE_API_URL',
        doc: 'A different address for the Stripe API, such as the address of `bun run simulator`. In production it must be `https`, or this machine.',
        show: showScheme,
      },
      ['https', 'http'],
      'http://127.0.0.1:12111',
    ),
    returnUrl: address(
      {
        name: 'STRIPE_RETURN_URL',
        doc: 'The page of the shop that customers return to after 3-D Secure. If it is not set, a page of the shop runs the challenge with Stripe.js.',
      },
      ['https', 'http'],
      'https://shop.example.com/paid',
    ),
  },
  paymentTimeoutMs: whole(
    'PAYMENT_TIMEOUT_MS',
    10_000,
    10,
    60_000,
    'How long a charge may take. After that, its outcome counts as unknown.',
  ),
});

const pipelineNames = [...pipelines.keys(), ...jobPipelines.map(({ name }) => name)];

const workerSettings = ({ setting, whole }: Kinds) => ({
  leaseMs: whole(
    'QUEUE_LEASE_MS',
    30_000,
    50,
    3_600_000,
    'How long a worker may hold a task without a heartbeat. The clocks of all processes must differ by much less.',
  ),
  pollMs: whole('QUEUE_POLL_MS', 500, 10, 60_000, 'How often an idle worker looks for work.'),
  batchMax: whole('QUEUE_BATCH_MAX', 500, 1, 5000, 'The most tasks that a worker claims at once.'),
  claimers: whole(
    'QUEUE_CLAIMERS',
    1,
    1,
    16,
    'How many loops claim tasks, for each pipeline of orders in this process.',
  ),
  /** Names of pipelines. */
  workerPipelines: setting<readonly string[]>({
    name: 'WORKER_PIPELINES',
    fallback: pipelineNames,
    doc: 'The pipelines that this worker runs, separated by commas: pipelines of orders and of jobs.',
    read: (text) => {
      const names = listOf(text);
      return names.every((name) => pipelineNames.includes(name))
        ? ok(names)
        : err(`write one or more of ${pipelineNames.join(',')}`);
    },
  }),
  shutdownMs: whole(
    'SHUTDOWN_MS',
    10_000,
    0,
    600_000,
    'How long running requests and mails may take after the process is asked to stop.',
  ),
});

/** The settings in the order of their declaration. */
const listSettings = (): readonly Setting<unknown>[] => {
  const declared: Setting<unknown>[] = [];
  readSettings((setting) => {
    declared.push(setting);
    return setting.fallback;
  });
  return declared;
};

export const settings = listSettings();

/** The Markdown table of all settings in README. */
export const renderSettingsTable = (): string => {
  const rows = settings.map(
    ({ name, fallback, doc }) =>
      `| \`${name}\` | ${String(fallback ?? '') === '' ? '' : `\`${fallback}\``} | ${doc} |`,
  );
  return ['| variable | default | |', '|---|---|---|', ...rows].join('\n');
};
