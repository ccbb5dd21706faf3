import { dirname, join, parse } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChargeBook } from '../adapters/payment/book.ts';
import { memoryBook } from '../adapters/payment/memoryBook.ts';
import { simulatedProvider } from '../adapters/payment/simulated.ts';
import { withTimeLimit } from '../adapters/payment/timeLimit.ts';
import type { ListCharges } from '../api/app.ts';
import type { Mailer } from '../core/mail.ts';
import type { PaymentProvider } from '../core/payment.ts';
import type { Store } from '../core/store.ts';
import type { World } from '../core/world.ts';
import type { Log } from '../worker/log.ts';
import type { Config } from './config.ts';
import { cannotStart, isExpected } from './process.ts';

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
): Promise<Store> => {
  const untilMs = Date.now() + databaseWaitMs;
  const at = placeOf(databaseUrl);
  for (;;) {
    try {
      return await open();
    } catch (cause) {
      const reason = await outageOf(databaseUrl, cause);
      if (reason === null && isExpected(cause)) throw cannotStart(`the database ${at}: ${cause.message}`);
      if (reason === null) throw cause;
      if (Date.now() >= untilMs) throw cannotStart(`the database ${at}: ${reason}`);
      log.warn('waiting for the database', { at, reason });
      await sleep(Math.min(tryAgainMs, untilMs - Date.now()));
    }
  }
};

/** Why a server cannot be reached now; null for anything that waiting does not mend. */
const outageOf = async (databaseUrl: string, cause: unknown): Promise<string | null> => {
  if (sqlitePathOf(databaseUrl) !== null) return null;
  const { unavailability } = await import('../adapters/postgres/failures.ts');
  return unavailability(cause);
};

/** The simulated provider: its books are its own, in a file or schema beside the database. */
export const openProvider = async (
  world: World,
  { paymentTimeoutMs, ...database }: Database & Pick<Config, 'paymentTimeoutMs'>,
): Promise<{ readonly provider: PaymentProvider; readonly charges: ListCharges; close(): Promise<void> }> => {
  const book = await openBook(database);
  const provider = simulatedProvider(book, world);
  return { provider: withTimeLimit(provider, paymentTimeoutMs), charges: provider.list, close: book.close };
};

const openBook = async ({ databaseUrl: url, databasePooling: pooling }: Database): Promise<ChargeBook> => {
  const path = sqlitePathOf(url);
  if (path === ':memory:') return memoryBook();
  if (path !== null) {
    const { sqliteBook } = await import('../adapters/payment/sqliteBook.ts');
    return sqliteBook({ path: join(dirname(path), `${parse(path).name}.provider.db`) });
  }
  const { postgresBook } = await import('../adapters/payment/postgresBook.ts');
  return postgresBook({ url, pooling });
};

type MailSettings = Pick<Config, 'smtpUrl' | 'mailFrom' | 'mailsMax' | 'workerPipelines'>;

/** The mail server of `SMTP_URL`, or the mailbox that captures mails. */
export const openMailer = async (
  store: Store,
  { smtpUrl, mailFrom, mailsMax, workerPipelines }: MailSettings,
): Promise<{ readonly mailer: Mailer; close(): Promise<void> }> => {
  if (smtpUrl === null) return { mailer: store.mailbox, close: async () => {} };
  const { smtpMailer } = await import('../adapters/smtp/mailer.ts');
  const mailer = smtpMailer({ url: smtpUrl, from: mailFrom, poolSize: mailsMax * workerPipelines.length });
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
