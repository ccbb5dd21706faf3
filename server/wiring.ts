import { Buffer } from 'node:buffer';
import { existsSync, statSync } from 'node:fs';
import { dirname, join, parse, resolve } from 'node:path';
import { createSandboxProvider } from '../adapters/sandbox/provider.ts';
import type { RecordStore } from '../adapters/sandbox/records.ts';
import { startWebhooks } from '../adapters/sandbox/webhooks.ts';
import { mailDomain } from '../adapters/smtp/address.ts';
import type { SlowStatements } from '../adapters/stored/slowStatements.ts';
import { withTimeLimit } from '../adapters/system/providerTimeLimit.ts';
import type { FinishChallenge, ListCharges } from '../api/deps.ts';
import { messageOf } from '../core/errorMessage.ts';
import type { Log } from '../core/log.ts';
import type { Mailer } from '../core/mail.ts';
import type { PaymentProvider } from '../core/provider.ts';
import { createRequestPriority, shareOnEventLoop, shareWithServer } from '../core/requestPriority.ts';
import { noStepServices, type StepServices } from '../core/stepService.ts';
import type { Store } from '../core/store.ts';
import { sleep, type Timer } from '../core/timer.ts';
import type { World } from '../core/world.ts';
import type { WorkerSettings } from '../worker/worker.ts';
import type { Config } from './config.ts';
import { addressOf, sqlitePathOf } from './databaseUrl.ts';
import { dkimKeyOf, oauth2ClientOf } from './mailSettings.ts';
import { createStartError, isExpected } from './process.ts';
import { openSandboxRecords } from './sandboxRecords.ts';
import { isPlainRemote } from './transportRules.ts';

// Adapters are loaded on demand: a start on SQLite does not load Postgres, and the other way round.

type Database = Pick<Config, 'databaseUrl' | 'databasePooling'> &
  Partial<Pick<Config, 'role' | 'numberPrefix'>>;

/** Opens and migrates the database. Rejects as `openSqliteStore` and `openPostgresStore` do. */
export const openStore = async (
  world: World,
  {
    databaseUrl: url,
    databasePooling: pooling,
    databasePoolSize: poolSize,
    role,
    numberPrefix = '',
  }: Database & Pick<Config, 'databasePoolSize'>,
  {
    slow,
    log,
    onPoolWait,
  }: {
    readonly slow?: SlowStatements;
    readonly log?: Log;
    readonly onPoolWait?: (pool: string, ms: number) => void;
  } = {},
): Promise<Store> => {
  const path = sqlitePathOf(url);
  if (path !== null) {
    const { openSqliteStore } = await import('../adapters/sqlite/store.ts');
    return openSqliteStore(world, { path, numberPrefix, readOnly: role === 'read', slow });
  }
  const { openPostgresStore } = await import('../adapters/postgres/store.ts');
  return openPostgresStore(world, {
    url,
    poolSize,
    pooling,
    numberPrefix,
    readOnly: role === 'read',
    slow,
    onPoolWait,
    onWait: (wait) => log?.warn('a migration waits for a table that is in use', wait),
  });
};

const retryPauseMs = 1_000;

/**
 * Calls `open` until the database can be reached, for at most `databaseWaitMs`: the database may start after this
 * process. A failure that waiting cannot fix, such as a wrong password, rejects at once.
 */
export const waitForStore = async (
  open: () => Promise<Store>,
  { databaseUrl, databaseWaitMs }: Pick<Config, 'databaseUrl' | 'databaseWaitMs'>,
  log: Log,
  timer: Timer,
): Promise<Store> => {
  const deadline = timer.deadline(databaseWaitMs);
  const database = addressOf(databaseUrl);
  for (;;) {
    try {
      return await open();
    } catch (cause) {
      const reason = await outageReasonOf(databaseUrl, cause);
      if (reason === null && !isExpected(cause)) throw cause;
      if (reason === null || deadline.remainingMs() <= 0)
        throw await explainStoreFailure(databaseUrl, cause, reason);
      log.warn('waiting for the database', { database, reason });
      await sleep(timer, Math.min(retryPauseMs, deadline.remainingMs()));
    }
  }
};

/** What a command of an operator opens. It does not wait: somebody looks on, and can start it again. */
export const openOrExplain = async <T>(
  { databaseUrl }: Pick<Config, 'databaseUrl'>,
  open: () => Promise<T>,
): Promise<T> => {
  try {
    return await open();
  } catch (cause) {
    const reason = await outageReasonOf(databaseUrl, cause);
    if (reason === null && !isExpected(cause)) throw cause;
    throw await explainStoreFailure(databaseUrl, cause, reason);
  }
};

/**
 * For a command that works on what a shop has: with a mistyped path it must not make an empty shop and say that all is
 * well.
 */
export const refuseMissingFile = (databaseUrl: string): void => {
  const path = sqlitePathOf(databaseUrl);
  if (path !== null && !existsSync(path))
    throw createStartError('there is no such file: is DATABASE_URL that of the shop?');
};

/** The failure of a database for an operator: which one, what is wrong, and what to do. */
const explainStoreFailure = async (
  databaseUrl: string,
  cause: unknown,
  reason: string | null,
): Promise<Error> => {
  const isMigration = cause instanceof Error && cause.name === 'MigrationFailed';
  const message = isMigration ? cause.message : (reason ?? messageOf(cause));
  const advice = await adviceFor(databaseUrl, cause);
  return createStartError(
    `the database ${addressOf(databaseUrl)}: ${message}${advice === null ? '' : `. To repair it, ${advice}.`}`,
  );
};

/** What an operator can do about a database that cannot be opened. Null if nothing more is known. */
export const adviceFor = async (databaseUrl: string, cause: unknown): Promise<string | null> => {
  if (!(cause instanceof Error)) return null;
  const path = sqlitePathOf(databaseUrl);
  if (path === null) return (await import('../adapters/postgres/startCheck.ts')).adviseOnStart(cause);
  const code = 'code' in cause ? String(cause.code) : '';
  const otherPath = 'set DATABASE_URL=sqlite: and another path';
  if (code === 'SQLITE_NOTADB') return otherPath;
  // Without room for its shared memory, SQLite says no more than an I/O error.
  if (/^SQLITE_(FULL|IOERR)/.test(code))
    return `make room on the disk of ${resolve(dirname(path))}: it is full, or it fails`;
  if (!/^(E[A-Z]+|SQLITE_(CANTOPEN|READONLY|PERM).*)$/.test(code)) return null;
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true)
    return `${otherPath}: this one is a folder`;
  return `let this user create and write files in ${resolve(dirname(path))}, or ${otherPath}`;
};

/** Why the server cannot be reached now; null for a failure that waiting cannot fix. */
export const outageReasonOf = async (databaseUrl: string, cause: unknown): Promise<string | null> => {
  if (sqlitePathOf(databaseUrl) !== null) return null;
  const { outageReason } = await import('../adapters/postgres/failures.ts');
  return outageReason(cause);
};

export type OpenProvider = {
  readonly provider: PaymentProvider;
  /** What only the simulated provider has, for the demo and for its webhooks. Null for a real provider. */
  readonly simulator: {
    readonly charges: ListCharges;
    readonly finishChallenge: FinishChallenge;
    /** Sends its events through `fetch`, which is the API itself. Returns a function that stops it. */
    startWebhooks(fetch: (request: Request) => Promise<Response>): () => Promise<void>;
  } | null;
  close(): Promise<void>;
};

type PaymentConfig = Database & Pick<Config, 'payment' | 'paymentTimeoutMs'>;

/** Opens the payment provider. The simulated one has its own records, in a file or schema beside the database. */
export const openProvider = async (world: World, config: PaymentConfig): Promise<OpenProvider> => {
  const { payment, paymentTimeoutMs: timeoutMs } = config;
  const { timer } = world;
  if (payment.kind === 'stripe') {
    const { createStripeProvider } = await import('../adapters/stripe/provider.ts');
    const provider = withTimeLimit(createStripeProvider(timer, { ...payment, timeoutMs }), timer, timeoutMs);
    return { provider, simulator: null, close: async () => {} };
  }
  const records = await openRecords(config);
  const secret = `whsec_${Buffer.from(world.random.bytes(24)).toString('hex')}`;
  const sandbox = createSandboxProvider(records, world, { events: 'deferred', webhookSecret: secret });
  const { engine, list, finishChallenge } = sandbox;
  const url = `http://localhost/webhooks/${sandbox.name}`;
  return {
    provider: withTimeLimit(sandbox, timer, timeoutMs),
    simulator: {
      charges: list,
      finishChallenge,
      startWebhooks: (fetch) => startWebhooks({ engine, url, secret, fetch }),
    },
    close: records.close,
  };
};

const openRecords = async ({ databaseUrl, databasePooling, role }: Database): Promise<RecordStore> => {
  const path = sqlitePathOf(databaseUrl);
  if (path === null || path === ':memory:')
    return openSandboxRecords(databaseUrl, databasePooling, role === 'read');
  const url = `sqlite:${join(dirname(path), `${parse(path).name}.provider.db`)}`;
  try {
    return await openSandboxRecords(url);
  } catch (cause) {
    throw isExpected(cause) ? await explainStoreFailure(url, cause, null) : cause;
  }
};

type MailSettings = Pick<Config, 'smtpUrl' | 'mailFrom' | 'mailsMax' | 'dkim' | 'oauth2'>;

/** A mailer to the server of `SMTP_URL`; without one, the mailbox in the database that captures mails. */
export const openMailer = async (
  world: World,
  store: Store,
  { smtpUrl, mailFrom, mailsMax, dkim, oauth2 }: MailSettings,
): Promise<{ readonly mailer: Mailer; close(): Promise<void> }> => {
  if (smtpUrl === null) return { mailer: store.mailbox, close: async () => {} };
  const { createSmtpMailer } = await import('../adapters/smtp/mailer.ts');
  const mailer = createSmtpMailer(world, {
    url: smtpUrl,
    from: mailFrom,
    // All pipelines of the process share them.
    poolSize: mailsMax,
    dkimKey: dkimKeyOf(dkim, mailFrom),
    oauth2: oauth2ClientOf(oauth2),
  });
  return { mailer, close: mailer.close };
};

/** Mails that are captured need no connections, and the more there are at once, the fewer commits they take. */
const capturedMailsMax = 100;

export const workerSettingsOf = (config: Config): WorkerSettings => ({
  ...config,
  pipelines: config.workerPipelines,
  mailDomain: mailDomain(config.mailFrom),
  // Step services share this limit.
  mailsMax:
    config.smtpUrl === null && config.stepServices === null
      ? Math.max(capturedMailsMax, config.mailsMax)
      : config.mailsMax,
});

export const openRequestPriority = ({ timer }: World, { databaseUrl }: Pick<Config, 'databaseUrl'>) =>
  createRequestPriority(timer, sqlitePathOf(databaseUrl) === null ? shareWithServer : shareOnEventLoop);

/** The services of other companies that do steps of orders. */
export const openStepServices = async (
  world: World,
  { stepServices, production }: Pick<Config, 'stepServices' | 'production'>,
  log: Log,
): Promise<StepServices> => {
  if (stepServices === null) return noStepServices;
  // A warning and not a refusal: many networks between a shop and its services are private.
  for (const [service, url] of Object.entries(stepServices.urls))
    if (production && isPlainRemote(url))
      log.warn('requests for a step may pass the network as clear text: use https', { service });
  const { createStepServices } = await import('../adapters/services/stepServices.ts');
  return createStepServices(world, stepServices);
};
