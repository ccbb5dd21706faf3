import { err, ok } from 'neverthrow';
import { parseSender } from '../adapters/smtp/address.ts';
import { jobPipelines, pipelines } from '../core/pipelines/index.ts';
import { createKinds, type Kinds, type ReadSetting, type Setting, showScheme } from './settingKinds.ts';

const roles = ['all', 'checkout', 'read', 'worker'] as const;
const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/**
 * Every setting is declared once, below: the type of the configuration, its values and README's table follow from
 * it. Settings are read in the order of the table.
 */
export const readSettings = (read: ReadSetting) => {
  const kinds = createKinds(read);
  return {
    ...processSettings(kinds),
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
    'Where the API listens; 0 takes a free port. With `ROLE=worker` nothing listens unless it is set, and then only `/health`.',
  ),
  role: oneOf(
    'ROLE',
    'all',
    roles,
    '`checkout`: the API’s commands. `read`: its queries. `worker`: pipelines, reconciler and upkeep. `all`: everything in one process.',
  ),
  nodeEnv: setting({
    name: 'NODE_ENV',
    fallback: 'development',
    doc: '`production`: no demo mode, and the demo catalogue is not loaded.',
    read: (text) => ok(text),
  }),
  logLevel: oneOf(
    'LOG_LEVEL',
    'info',
    logLevels,
    'The least that is logged, to standard error: lines for people on a terminal, JSON elsewhere.',
  ),
});

const databaseSettings = ({ oneOf, setting, whole }: Kinds) => ({
  databaseUrl: setting({
    name: 'DATABASE_URL',
    fallback: 'sqlite:./data/cartwright.db',
    doc: '`sqlite:` and a path, `sqlite::memory:`, or `postgres://user:password@host:5432/database`.',
    read: (text) => {
      const postgres = /^postgres(ql)?:\/\//.test(text) && URL.canParse(text);
      return postgres || /^sqlite:(?!\/\/)./.test(text)
        ? ok(text)
        : err(
            'write sqlite:./data/cartwright.db, sqlite::memory: or postgres://user:password@host:5432/database',
          );
    },
    show: showScheme,
  }),
  databasePoolSize: whole(
    'DATABASE_POOL_SIZE',
    8,
    2,
    200,
    'Connections to Postgres at most, for this process.',
  ),
  databasePooling: oneOf(
    'DATABASE_POOLING',
    'session',
    ['session', 'transaction'],
    '`transaction` behind PgBouncer in that mode: no prepared statements and no `LISTEN`, so workers find work by polling.',
  ),
  databaseWaitMs: whole(
    'DATABASE_WAIT_MS',
    30_000,
    0,
    600_000,
    'How long to wait at the start for a database that cannot be reached.',
  ),
});

const authSettings = ({ address, plain, setting }: Kinds) => ({
  secret: setting<string | null>({
    name: 'AUTH_SECRET',
    fallback: null,
    doc: 'The key of HS256 tokens, 32 bytes or more in production. Where neither this nor `AUTH_JWKS_URL` is set, demo mode is on.',
    read: (text) =>
      text === '' ? err('write 32 bytes or more, such as: openssl rand -base64 48') : ok(text),
    show: () => 'is empty',
    empty: 'wrong',
  }),
  jwksUrl: address(
    {
      name: 'AUTH_JWKS_URL',
      doc: 'Where the public keys of RS256 and ES256 tokens are.',
      empty: 'wrong',
      show: showScheme,
    },
    ['https', 'http'],
    'https://id.example.com/.well-known/jwks.json',
  ),
  issuer: plain('AUTH_ISSUER', 'The `iss` that tokens must have.'),
  audience: plain('AUTH_AUDIENCE', 'The `aud` that tokens must have.'),
});

const mailSettings = ({ address, setting, whole }: Kinds) => ({
  /** Null: mails are captured in the database. */
  smtpUrl: address(
    {
      name: 'SMTP_URL',
      doc: 'The mail server: `smtp://user:password@host:587`, or `smtps://` for TLS from the first byte. Without it mails are captured in the database.',
      show: showScheme,
    },
    ['smtp', 'smtps'],
    'smtp://user:password@host:587',
  ),
  mailFrom: setting({
    name: 'MAIL_FROM',
    fallback: 'Cartwright <orders@cartwright.example>',
    doc: 'The sender of mails; its domain is also that of their `Message-ID`.',
    read: (text) =>
      parseSender(text) === null
        ? err('write an address such as orders@example.com or Shop <orders@example.com>')
        : ok(text),
  }),
  mailsMax: whole('MAILS_MAX', 20, 1, 1000, 'Mails under way at once, for each pipeline.'),
});

const paymentSettings = ({ address, oneOf, secret, whole }: Kinds) => ({
  paymentProvider: oneOf(
    'PAYMENT_PROVIDER',
    'simulated',
    ['simulated', 'stripe'],
    'Who charges. The simulated one moves no money, and remembers keys as a real one does.',
  ),
  stripe: {
    apiKey: secret(
      'STRIPE_API_KEY',
      'Stripe’s secret key, for `PAYMENT_PROVIDER=stripe`: `sk_test_…` moves no money, `sk_live_…` does.',
      /^(sk|rk)_(test|live)_\w+$/,
      'write a secret or restricted key such as sk_test_…',
    ),
    webhookSecret: secret(
      'STRIPE_WEBHOOK_SECRET',
      'What Stripe signs its events to `/webhooks/stripe` with.',
      /^whsec_\S+$/,
      'write the signing secret of the webhook endpoint, such as whsec_…',
    ),
    /** Null for Stripe’s own. */
    baseUrl: address(
      {
        name: 'STRIPE_API_URL',
        doc: 'Another address of Stripe’s API, such as that of `bun run simulator`.',
        show: showScheme,
      },
      ['https', 'http'],
      'http://127.0.0.1:12111',
    ),
    returnUrl: address(
      {
        name: 'STRIPE_RETURN_URL',
        doc: 'The shop’s page that customers come back to after 3-D Secure. Without it the shop’s own page meets the challenge, with Stripe’s script.',
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
    'How long a charge may take before its outcome counts as unknown.',
  ),
});

const checkoutSettings = ({ oneOf, whole }: Kinds) => ({
  onUnfulfillable: oneOf(
    'ON_UNFULFILLABLE',
    'hold',
    ['hold', 'refund'],
    'What becomes of an order that was paid and turns out not to be in stock: `hold` leaves it `failed` to an operator, `refund` gives the money back by itself.',
  ),
  reconcileAfterMs: whole(
    'RECONCILE_AFTER_MS',
    15_000,
    10,
    600_000,
    'How old a checkout without outcome is when the reconciler takes it up.',
  ),
});

const pipelineNames = [...pipelines.keys(), ...jobPipelines.map(({ name }) => name)];

const workerSettings = ({ setting, whole }: Kinds) => ({
  leaseMs: whole(
    'QUEUE_LEASE_MS',
    30_000,
    50,
    3_600_000,
    'How long a worker keeps a task without a sign of life. Clocks of a fleet must agree to well within it.',
  ),
  pollMs: whole('QUEUE_POLL_MS', 500, 10, 60_000, 'How often an idle worker looks for work by itself.'),
  batchMax: whole('QUEUE_BATCH_MAX', 500, 1, 5000, 'Tasks taken at once at most.'),
  claimers: whole('QUEUE_CLAIMERS', 1, 1, 16, 'Loops that take tasks, for each pipeline in this process.'),
  /** Names of pipelines. */
  workerPipelines: setting<readonly string[]>({
    name: 'WORKER_PIPELINES',
    fallback: pipelineNames,
    doc: 'The pipelines that this process works, with commas between them: those of orders and those of jobs.',
    read: (text) => {
      const names = [...new Set(text.split(',').map((name) => name.trim()))];
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
    'How long requests and mails under way may take to end once the process is asked to stop.',
  ),
});

/** In the order of their declaration. */
const declaredSettings = (): readonly Setting<unknown>[] => {
  const declared: Setting<unknown>[] = [];
  readSettings((one) => {
    declared.push(one);
    return one.fallback;
  });
  return declared;
};

export const settings = declaredSettings();

/** The settings as README shows them: a Markdown table. */
export const settingsTable = (): string => {
  const rows = settings.map(
    ({ name, fallback, doc }) => `| \`${name}\` | ${fallback === null ? '' : `\`${fallback}\``} | ${doc} |`,
  );
  return ['| variable | default | |', '|---|---|---|', ...rows].join('\n');
};
