import { addProduct, createClient } from '../../processes/client.ts';
import { tokenFor } from '../../processes/tokens.ts';
import { check } from '../checker.ts';
import type { Violation } from '../violation.ts';
import { createClientLogRecorder } from './clientLogRecorder.ts';
import { openDatabase } from './database.ts';
import { createPatientClient } from './patientClient.ts';
import { createInProcessProvider } from './provider.ts';
import { openFileShop, openPostgresShop, openRestartingShop, type RateShop } from './rateShops.ts';
import { runBuyer } from './steadyBuyer.ts';
import { takeSnapshot } from './takeSnapshot.ts';

/** How each fault's shop is opened. Its fault lasts as long as a person may need to see and end it. */
export const rateFaults = {
  none: () => openPostgresShop(async () => {}),
  silent: () =>
    openPostgresShop(async ({ database }) => {
      database.silenceConnections();
      // Nobody ends it: each process finds its dead connections by its own deadlines.
      await sleep(faultMs);
    }),
  readOnly: () =>
    openPostgresShop(async ({ database }) => {
      await database.setReadOnly(true);
      await sleep(faultMs);
      await database.setReadOnly(false);
    }),
  held: () =>
    openPostgresShop(async ({ databaseUrl }) => {
      const somebody = openDatabase(databaseUrl);
      await somebody.run('begin');
      await somebody.run(
        `select id from orders where status = 'pending' order by id desc limit 1 for update`,
      );
      await sleep(faultMs);
      await somebody.run('rollback');
      await somebody.close();
    }),
  mail: () =>
    openPostgresShop(async ({ smtpSink }) => {
      await smtpSink.setServerFault('down');
      await sleep(faultMs);
      await smtpSink.setServerFault(null);
    }),
  removed: () => openFileShop(() => sleep(faultMs)),
  restart: openRestartingShop,
} as const satisfies Readonly<Record<string, () => Promise<RateShop>>>;

export type RateFault = keyof typeof rateFaults;

const faultMs = 15_000;
/** Between the end of the fault and the second measurement: what readiness and backoffs may take. */
const settleMs = 5_000;

export type Rates = {
  /** Paid checkouts a second. */
  readonly before: number;
  readonly after: number;
  readonly faultSeconds: number;
  readonly violations: readonly Violation[];
};

export type Load = { readonly seconds: number; readonly clients: number; readonly paceMs: number };

export const measureRates = async (fault: RateFault, load: Load): Promise<Rates> => {
  const shop = await rateFaults[fault]();
  try {
    const operator = createPatientClient(createClient(shop.url, await tokenFor('op@shop.test', 'operator')));
    const productId = await addProduct(operator, { code: 'RATE' });
    const recorder = createClientLogRecorder();
    const sinceMs = Date.now();
    const stopping = new AbortController();
    const urls = shop.urls();
    const buyers = Array.from({ length: load.clients }, (_, index) =>
      runBuyer({ email: `buyer${index}@shop.test`, urls, productId }, recorder, load.paceMs, stopping.signal),
    );
    const measure = async (): Promise<number> => {
      const [count, startedMs] = [recorder.paidOrders.length, performance.now()];
      await sleep(load.seconds * 1_000);
      return (recorder.paidOrders.length - count) / ((performance.now() - startedMs) / 1_000);
    };
    await sleep(settleMs);
    // On a busy machine the first checkouts take longer than that.
    while (recorder.paidOrders.length < load.clients) await sleep(100);
    const before = await measure();
    const beganMs = performance.now();
    await shop.breakFor();
    const faultSeconds = (performance.now() - beganMs) / 1_000;
    await sleep(settleMs);
    const after = await measure();
    stopping.abort();
    await Promise.all(buyers);

    await waitUntilDone(shop.databaseUrl);
    const snapshot = await takeSnapshot({
      databaseUrl: shop.databaseUrl,
      provider: createInProcessProvider(shop.databaseUrl),
      operator,
      initialStocks: new Map([[productId, null]]),
      pricedProductId: null,
      recordedLog: recorder.log,
      carried: null,
      triedMails: [],
      sinceMs,
    });
    const mails = shop.mails?.() ?? snapshot.mails;
    return { before, after, faultSeconds, violations: check({ ...snapshot, mails }) };
  } finally {
    await shop.close();
  }
};

/** Waits until no payment is open and no task is left. */
export const waitUntilDone = async (databaseUrl: string): Promise<void> => {
  const { run, close } = openDatabase(databaseUrl);
  const untilMs = Date.now() + 600_000;
  for (;;) {
    const [row] = await run(`
      select (select count(*) from task)
        + (select count(*) from payment where status in ('initiated', 'unknown', 'requires_action')) as open`);
    // What is still open then is a violation.
    if (Number(row?.open) === 0 || Date.now() > untilMs) return close();
    await sleep(200);
  }
};

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
