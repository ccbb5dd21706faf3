import { isIP } from 'node:net';
import { err, ok } from 'neverthrow';
import { jobPipelines, pipelines } from '../core/pipelines/index.ts';
import { authSettings, callerSettings } from './callerSettings.ts';
import { checkoutSettings } from './checkoutSettings.ts';
import { readDatabaseUrl, readReplicaUrl } from './databaseUrl.ts';
import { kafkaSettings } from './kafkaSettings.ts';
import { limitSettings } from './limitSettings.ts';
import { logSettings } from './logSettings.ts';
import { dkimSettings, mailSettings, oauth2Settings } from './mailSettings.ts';
import { retentionSettings } from './retentionSettings.ts';
import { serviceSettings } from './serviceSettings.ts';
import {
  createKinds,
  type Kinds,
  listOf,
  type ReadSetting,
  type Setting,
  showScheme,
} from './settingKinds.ts';
import { shopSettings } from './shopSettings.ts';
import { stopSettings } from './stopSettings.ts';
import { telemetrySettings } from './telemetrySettings.ts';
import { tracingSettings } from './tracingSettings.ts';
import { webhookSettings } from './webhookSettings.ts';

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
    shop: shopSettings(kinds),
    ...callerSettings(kinds),
    ...databaseSettings(kinds),
    auth: authSettings(kinds),
    ...mailSettings(kinds),
    dkim: dkimSettings(kinds),
    oauth2: oauth2Settings(kinds),
    ...paymentSettings(kinds),
    ...serviceSettings(kinds),
    ...webhookSettings(kinds),
    ...checkoutSettings(kinds),
    ...limitSettings(kinds),
    retention: retentionSettings(kinds),
    ...workerSettings(kinds),
    ...stopSettings(kinds),
    ...logSettings(kinds),
    ...telemetrySettings(kinds),
    kafka: kafkaSettings(kinds),
    tracing: tracingSettings(kinds),
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
  logLevel: oneOf(
    'LOG_LEVEL',
    'info',
    logLevels,
    'The lowest level that is logged. `info` has a line for each request, and `debug` more about each. Logs go to standard error: as readable text on a terminal, as JSON elsewhere.',
  ),
});

const databaseSettings = ({ oneOf, setting, whole }: Kinds) => ({
  databaseUrl: setting({
    name: 'DATABASE_URL',
    fallback: 'sqlite:./data/cartwright.db',
    doc: 'The database: `sqlite:` and a path, `sqlite::memory:`, or `postgres://user:password@host:5432/database` ([more about it](#postgresql)).',
    read: readDatabaseUrl,
    show: showScheme,
  }),
  /** Null: queries read the same database as commands. */
  databaseReplicaUrl: setting<string | null>({
    name: 'DATABASE_REPLICA_URL',
    fallback: null,
    doc: 'A standby of the PostgreSQL server, which answers the queries of `ROLE=read` and `ROLE=all` while it is up and not behind ([replicas](docs/operating/replicas.md)). Other roles ignore it.',
    read: readReplicaUrl,
    show: showScheme,
  }),
  databasePoolSize: whole(
    'DATABASE_POOL_SIZE',
    8,
    2,
    200,
    'The most connections to Postgres for each kind of work of this process: reads, commands and workers. Checkouts have up to 4 more, readiness, consistency tokens and hints one each. A process that reads a replica has as many for reads there.',
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

const paymentSettings = ({ address, oneOf, secret, setting, whole }: Kinds) => ({
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
    publishableKey: setting<string | null>({
      name: 'STRIPE_PUBLISHABLE_KEY',
      fallback: null,
      doc: 'The publishable key of the same account and mode. With it, the payment page of the shop asks for cards with Stripe’s script. Without it, the shop’s pages cannot pay.',
      read: (text) =>
        /^pk_(test|live)_\w+$/.test(text) ? ok(text) : err('write a publishable key such as pk_test_…'),
      show: () => 'has the wrong form',
    }),
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
        doc: 'The page that customers return to after 3-D Secure, such as `https://shop.example/shop/pay`. If it is not set, the payment page runs the challenge with Stripe.js.',
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
  batchMax: whole(
    'QUEUE_BATCH_MAX',
    500,
    1,
    5000,
    'The most tasks that a worker claims at once; fewer while requests of the same process are open, or while a mail or another call takes long.',
  ),
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
    shownFallback: 'all',
    doc: 'The pipelines that this worker runs, separated by commas: those of orders, which have the names of the product types, and those of jobs; or `all`.',
    read: (text) => {
      if (text.trim() === 'all') return ok(pipelineNames);
      const names = listOf(text);
      return names.every((name) => pipelineNames.includes(name))
        ? ok(names)
        : err(`write all, or one or more of ${pipelineNames.join(',')}`);
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
  const rows = settings.map(({ name, fallback, shownFallback, doc }) => {
    const shown = String(shownFallback ?? fallback ?? '');
    return `| \`${name}\` | ${shown === '' ? '' : `\`${shown}\``} | ${doc} |`;
  });
  return ['| variable | default | |', '|---|---|---|', ...rows].join('\n');
};
