import { Buffer } from 'node:buffer';
import { dirname, join, parse } from 'node:path';
import { createSandboxProvider } from '../adapters/sandbox/provider.ts';
import type { RecordStore } from '../adapters/sandbox/records.ts';
import { startWebhooks } from '../adapters/sandbox/webhooks.ts';
import { withTimeLimit } from '../adapters/system/providerTimeLimit.ts';
import type { FinishChallenge, ListCharges } from '../api/deps.ts';
import type { Log } from '../core/log.ts';
import type { Mailer } from '../core/mail.ts';
import type { PaymentProvider } from '../core/provider.ts';
import type { Store } from '../core/store.ts';
import { sleep, type Timer } from '../core/timer.ts';
import type { World } from '../core/world.ts';
import type { Config } from './config.ts';
import { cannotStart, isExpected } from './process.ts';
import { openSandboxRecords } from './sandboxRecords.ts';

// An adapter is loaded where it is needed: a start on SQLite does not pay for Postgres, nor the other way.

type Database = Pick<Config, 'databaseUrl' | 'databasePooling'>;

/** Opens and migrates the database. Rejects as `sqliteStore` and `postgresStore` say. */
export const openStore = async (
  world: World,
  {
    databaseUrl: url,
    databasePooling: pooling,
    databasePoolSize: poolSize,
  }: Database & Pick<Config, 'databasePoolSize'>,
): Promise<Store> => {
  const path = sqlitePathOf(url);
  if (path !== null) {
    const { sqliteStore } = await import('../adapters/sqlite/store.ts');
    return sqliteStore(world, { path });
  }
  const { postgresStore } = await import('../adapters/postgres/store.ts');
  return postgresStore(world, { url, poolSize, pooling });
};

const tryAgainMs = 1_000;

/**
 * Calls `open` until the database can be reached, for `databaseWaitMs`: in a fleet it may well start after us.
 * What waiting does not mend, such as a wrong password, rejects at once.
 */
export const reachStore = async (
  open: () => Promise<Store>,
  { databaseUrl, databaseWaitMs }: Pick<Config, 'databaseUrl' | 'databaseWaitMs'>,
  log: Log,
  timer: Timer,
): Promise<Store> => {
  const deadline = timer.deadline(databaseWaitMs);
  const at = placeOf(databaseUrl);
  for (;;) {
    try {
      return await open();
    } catch (cause) {
      const reason = await outageOf(databaseUrl, cause);
      if (reason === null && isExpected(cause)) throw cannotStart(`the database ${at}: ${cause.message}`);
      if (reason === null) throw cause;
      if (deadline.leftMs() <= 0) throw cannotStart(`the database ${at}: ${reason}`);
      log.warn('waiting for the database', { at, reason });
      await sleep(timer, Math.min(tryAgainMs, deadline.leftMs()));
    }
  }
};

/** Why a server cannot be reached now; null for anything that waiting does not mend. */
const outageOf = async (databaseUrl: string, cause: unknown): Promise<string | null> => {
  if (sqlitePathOf(databaseUrl) !== null) return null;
  const { outageReason: unavailability } = await import('../adapters/postgres/failures.ts');
  return unavailability(cause);
};

export type OpenProvider = {
  readonly provider: PaymentProvider;
  /** The simulator alone, for the demo and for what it tells by itself; null where a real one charges. */
  readonly simulator: {
    readonly charges: ListCharges;
    readonly finishChallenge: FinishChallenge;
    /** Tells its events to `deliver`, which is the API itself. Answers how to stop it. */
    startWebhooks(deliver: (request: Request) => Promise<Response>): () => Promise<void>;
  } | null;
  close(): Promise<void>;
};

type PaymentConfig = Database & Pick<Config, 'payment' | 'paymentTimeoutMs'>;

/** Who charges. The simulator's books are its own, in a file or schema beside the database. */
export const openProvider = async (world: World, config: PaymentConfig): Promise<OpenProvider> => {
  const { payment, paymentTimeoutMs: timeoutMs } = config;
  const { timer } = world;
  if (payment.kind === 'stripe') {
    const { createStripeProvider: stripeProvider } = await import('../adapters/stripe/provider.ts');
    const provider = withTimeLimit(stripeProvider(timer, { ...payment, timeoutMs }), timer, timeoutMs);
    return { provider, simulator: null, close: async () => {} };
  }
  const book = await openBook(config);
  const secret = `whsec_${Buffer.from(world.random.bytes(24)).toString('hex')}`;
  const simulated = createSandboxProvider(book, world, { events: 'deferred', webhookSecret: secret });
  const { engine, list, finishChallenge } = simulated;
  const url = `http://localhost/webhooks/${simulated.name}`;
  return {
    provider: withTimeLimit(simulated, timer, timeoutMs),
    simulator: {
      charges: list,
      finishChallenge,
      startWebhooks: (deliver) => startWebhooks({ engine, url, secret, deliver }),
    },
    close: book.close,
  };
};

const openBook = async ({ databaseUrl, databasePooling }: Database): Promise<RecordStore> => {
  const path = sqlitePathOf(databaseUrl);
  if (path === null || path === ':memory:') return openSandboxRecords(databaseUrl, databasePooling);
  return openSandboxRecords(
    `sqlite:${join(dirname(path), `${parse(path).name}.provider.db`)}`,
    databasePooling,
  );
};

type MailSettings = Pick<Config, 'smtpUrl' | 'mailFrom' | 'mailsMax' | 'workerPipelines'>;

/** The mail server of `SMTP_URL`, or the mailbox that captures mails. */
export const openMailer = async (
  world: World,
  store: Store,
  { smtpUrl, mailFrom, mailsMax, workerPipelines }: MailSettings,
): Promise<{ readonly mailer: Mailer; close(): Promise<void> }> => {
  if (smtpUrl === null) return { mailer: store.mailbox, close: async () => {} };
  const { createSmtpMailer: smtpMailer } = await import('../adapters/smtp/mailer.ts');
  const mailer = smtpMailer(world, {
    url: smtpUrl,
    from: mailFrom,
    poolSize: mailsMax * workerPipelines.length,
  });
  return { mailer, close: mailer.close };
};

/** The file of `sqlite:…`, `:memory:`, or null for Postgres. */
const sqlitePathOf = (databaseUrl: string): string | null =>
  databaseUrl.startsWith('sqlite:') ? databaseUrl.slice('sqlite:'.length) : null;

/** For people: without user and password. */
const placeOf = (databaseUrl: string): string => {
  if (sqlitePathOf(databaseUrl) !== null) return databaseUrl;
  const { host, pathname } = new URL(databaseUrl);
  return `postgres://${host}${pathname}`;
};
