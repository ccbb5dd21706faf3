import { addProduct, createClient } from '../../processes/client.ts';
import { killAllApps } from '../../processes/processes.ts';
import { createSeededRandom, type SeededRandom } from '../../processes/random.ts';
import { tokenFor } from '../../processes/tokens.ts';
import { check } from '../checker.ts';
import { type Violation, violation } from '../violation.ts';
import { type ClientLogRecorder, createClientLogRecorder } from './clientLogRecorder.ts';
import { runCustomer, type Storefront } from './customers.ts';
import { drain } from './drain.ts';
import { allFaults, freezeProcesses, killProcesses } from './faults.ts';
import {
  addProducts,
  createHarness,
  type Harness,
  type KillTestOptions,
  leaseMs,
  startProcesses,
} from './harness.ts';
import { makeLateCharges } from './lateCharges.ts';
import type { ManagedProcess } from './managedProcess.ts';
import { runOperators } from './operators.ts';
import { createPatientClient } from './patientClient.ts';
import { runProviderActs } from './providerActs.ts';
import { runQueueOperators } from './queueOperators.ts';
import { runSharedFaults } from './sharedFaults.ts';
import { agePayments } from './skipWaits.ts';
import { collectErrors, summarize } from './summary.ts';
import { takeSnapshot } from './takeSnapshot.ts';
import { watchTries } from './watchTries.ts';

const customers = 24;

/** Runs the workload under faults, drains the shop and checks it. Returns every violation. */
export const runKillTest = async (test: KillTestOptions): Promise<readonly Violation[]> => {
  const random = createSeededRandom(test.seed);
  const harness = await createHarness(test, random);
  try {
    const shopProcesses = await startProcesses(test, harness);
    const processes = [...shopProcesses, ...harness.provider.processes];
    const urls = shopProcesses.filter(({ kind }) => kind === 'api').map(({ url }) => url);
    harness.webhookProxy.forwardTo(urls);
    const operator = createPatientClient(
      createClient(urls[0] ?? '', await tokenFor('op@shop.test', 'operator')),
    );
    const initialStocks = await addProducts(operator);
    const pricedProductId = await addProduct(operator, { code: 'PRICED', stock: 0 });
    const recorder = createClientLogRecorder();
    const sinceMs = Date.now();
    print(
      `${test.database}, ${test.provider}, invoices by ${test.invoices}, seed ${test.seed}: ${customers} customers for ${test.seconds} s`,
    );
    const { finishChallenge } = harness.provider;
    const storefront = { urls, pricedProductId, productIds: [...initialStocks.keys()], finishChallenge };
    const tried = await runWorkload(test, processes, harness, storefront, recorder, random);

    harness.smtpSink.stopFaults();
    harness.invoiceService?.stopFaults();
    harness.webhookProxy.stopFaults();
    for (const one of processes) await one.ready();
    // Without a guard, work may stay open forever. Else only a hang takes that long.
    const limitMs = test.root === undefined ? 600_000 : 90_000;
    const open = await drain(harness.databaseUrl, harness.provider, operator, limitMs);
    if (open > 0) print(`${open} payments, orders, refunds, tasks or events are still open`);
    const stored = await takeSnapshot({
      ...harness,
      operator,
      initialStocks,
      pricedProductId,
      recordedLog: recorder.log,
      carried: harness.carrier?.shipments ?? null,
      requestedInvoices: harness.invoiceService?.invoices ?? null,
      triedMails:
        test.mails === 'smtp'
          ? tried.map((mail) => ({ ...mail, arrivals: harness.smtpSink.arrivals(mail.taskId) }))
          : [],
      sinceMs,
    });
    const snapshot = test.mails === 'smtp' ? { ...stored, mails: harness.smtpSink.mails } : stored;
    for (const one of processes) await one.stop();
    for (const line of summarize(snapshot)) print(line);
    const exits = processes.flatMap(({ name, unexpectedExits }) =>
      unexpectedExits.map((detail) => violation('process_died', name, detail)),
    );
    const violations = [...check(snapshot), ...exits];
    if (violations.length > 0) for (const line of collectErrors(processes)) print(line);
    return violations;
  } finally {
    await killAllApps();
    await harness.remove();
  }
};

/** Runs customers, operators and faults side by side until the time is over. */
const runWorkload = async (
  { seconds, faults = allFaults }: KillTestOptions,
  processes: readonly ManagedProcess[],
  harness: Harness,
  storefront: Storefront & { readonly pricedProductId: string },
  recorder: ClientLogRecorder,
  random: SeededRandom,
): Promise<Awaited<ReturnType<typeof watchTries>>> => {
  const { crashDatabase, smtpSink, databaseUrl, provider } = harness;
  const signal = AbortSignal.timeout(seconds * 1_000);
  const [counts, freezes, spells, tried] = await Promise.all([
    killProcesses(processes, crashDatabase, faults, random.fork(), signal),
    freezeProcesses(processes, smtpSink, leaseMs, faults, random.fork(), signal),
    faults.shared ? runSharedFaults(harness, random.fork(), signal) : null,
    watchTries(databaseUrl, signal),
    faults.shared ? runQueueOperators(storefront.urls, recorder, random.fork(), signal) : null,
    agePayments(databaseUrl, random.fork(), signal),
    provider.chargeLate && makeLateCharges(databaseUrl, provider.chargeLate, random.fork(), signal),
    provider.send && runProviderActs(databaseUrl, provider.send, random.fork(), signal),
    runOperators(storefront, recorder, random.fork(), signal),
    ...Array.from({ length: customers }, (_, index) =>
      runCustomer(`customer${index}@shop.test`, storefront, recorder, random.fork(), signal),
    ),
  ]);
  print(`${counts.kills} kills, ${freezes} freezes, ${counts.crashes} database crashes`);
  if (spells !== null) print(`shared faults: ${JSON.stringify(spells)}`);
  print('draining');
  return tried;
};

const print = (line: string): void => console.log(line);
