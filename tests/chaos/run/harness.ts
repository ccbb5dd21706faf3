import { pipelines } from '../../../core/pipelines/index.ts';
import { addProduct, type Client } from '../../processes/client.ts';
import { createSeededRandom, type SeededRandom } from '../../processes/random.ts';
import { startPostgresServer } from '../../processes/server.ts';
import { createTestFile } from '../../processes/sqlite.ts';
import { startCarrier } from './carrier.ts';
import { allFaults, type Faults } from './faults.ts';
import { startInvoiceService } from './invoiceService.ts';
import { withoutLimits } from './limits.ts';
import { type ManagedProcess, startManagedProcess } from './managedProcess.ts';
import { createInProcessProvider, type Provider, startProviderProcess } from './provider.ts';
import { startSharedDatabase, writableUrl } from './sharedDatabase.ts';
import type { SharedServices } from './sharedFaults.ts';
import { startSmtpSink } from './smtpSink.ts';
import { startWebhookProxy, type WebhookProxy } from './webhookProxy.ts';

export type KillTestOptions = {
  readonly database: 'postgres' | 'sqlite';
  readonly mails: 'smtp' | 'captured';
  /** `stripe`: the sandbox in its own process, behind Stripe's adapter. */
  readonly provider: 'stripe' | 'simulated';
  /** Whether the shop numbers its invoices, or asks a service that is killed, slow and wrong. */
  readonly invoices: 'shop' | 'service';
  readonly seconds: number;
  /** Decides the order of the actions. The timing of the processes stays random. */
  readonly seed: number;
  /** All faults where left out. */
  readonly faults?: Faults;
  /** Another copy of the source tree to run. */
  readonly root?: string;
};

export const leaseMs = 2_000;

/** The services around the processes under test. */
export type Harness = SharedServices & {
  /** The URL of the database for the processes under test. */
  readonly processUrl: string;
  /** Null where the database has no server. */
  readonly crashDatabase: (() => Promise<void>) | null;
  readonly webhookProxy: WebhookProxy;
  readonly provider: Provider;
  remove(): Promise<void>;
};

/** Starts a new database, a mail server and a payment provider. */
export const createHarness = async (test: KillTestOptions, random: SeededRandom): Promise<Harness> => {
  const { databaseUrl, sharedDatabase, crashDatabase, remove } = await createDatabase(test);
  const processUrl = sharedDatabase?.url ?? databaseUrl;
  const carrier = (test.faults ?? allFaults).shared ? await startCarrier() : null;
  const smtpSink = await startSmtpSink(random.fork());
  const invoiceService =
    test.invoices === 'service' ? await startInvoiceService(createSeededRandom(test.seed)) : null;
  const webhookProxy = await startWebhookProxy(random.fork());
  const provider =
    test.provider === 'stripe'
      ? await startProviderProcess(webhookProxy.url, test.root)
      : createInProcessProvider(databaseUrl);
  return {
    databaseUrl,
    processUrl,
    sharedDatabase,
    carrier,
    invoiceService,
    crashDatabase,
    smtpSink,
    webhookProxy,
    provider,
    remove: async () => {
      await Promise.all([smtpSink.close(), webhookProxy.close(), carrier?.close(), sharedDatabase?.close()]);
      await invoiceService?.close();
      await remove();
    },
  };
};

const createDatabase = async ({
  database,
}: KillTestOptions): Promise<
  Pick<Harness, 'databaseUrl' | 'sharedDatabase' | 'crashDatabase' | 'remove'>
> => {
  if (database === 'sqlite') {
    const { url, drop } = await createTestFile();
    return { databaseUrl: url, sharedDatabase: null, crashDatabase: null, remove: drop };
  }
  const server = await startPostgresServer({ fsync: true });
  return {
    // The test's own connections write at any time.
    databaseUrl: writableUrl(server.url('postgres')),
    sharedDatabase: await startSharedDatabase(server.url('postgres')),
    crashDatabase: async () => {
      await server.crash();
      await server.start();
    },
    remove: server.remove,
  };
};

/** Starts two API processes and two workers on PostgreSQL; one of each on a SQLite file. */
export const startProcesses = async (
  { database, mails, root }: KillTestOptions,
  {
    processUrl,
    provider,
    smtpSink,
    carrier,
    invoiceService,
  }: Pick<Harness, 'processUrl' | 'provider' | 'smtpSink' | 'carrier' | 'invoiceService'>,
): Promise<readonly ManagedProcess[]> => {
  const env = {
    LOG_LEVEL: 'warn',
    RECONCILE_AFTER_MS: '1000',
    // Orders end while they are paid for, released and forgotten.
    ORDER_TTL_MS: '3000',
    PAYMENT_TIMEOUT_MS: '700',
    // A start waits until the faults of the database are over.
    DATABASE_WAIT_MS: '120000',
    QUEUE_LEASE_MS: String(leaseMs),
    QUEUE_POLL_MS: '100',
    // More than the mails whose replies are held, so that other mails are still sent.
    MAILS_MAX: '200',
    ...withoutLimits,
    ...provider.env,
    ...carrier?.env,
    // The secret of both.
    ...invoiceService?.env,
    ...(mails === 'smtp' && { SMTP_URL: smtpSink.url }),
  };
  const roles =
    database === 'postgres' ? (['all', 'all', 'worker', 'worker'] as const) : (['all', 'worker'] as const);
  const processes = [];
  for (const [index, role] of roles.entries()) {
    const one = await startManagedProcess(`${role} ${index + 1}`, role === 'worker' ? 'worker' : 'api', {
      databaseUrl: processUrl,
      env,
      role,
      ...(root !== undefined && { root }),
    });
    await one.ready();
    processes.push(one);
  }
  return processes;
};

/** Adds products with unlimited stock and others that run out. Returns the initial stock of each. */
export const addProducts = async (operator: Client): Promise<ReadonlyMap<string, number | null>> => {
  const initialStocks = new Map<string, number | null>();
  for (const type of pipelines.keys())
    for (const [index, stock] of [null, 100_000, 60, 20].entries()) {
      const code = `${type.toUpperCase()}${index}`;
      initialStocks.set(await addProduct(operator, { code, type, stock }), stock);
    }
  return initialStocks;
};
