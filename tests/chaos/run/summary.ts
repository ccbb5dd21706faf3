import { repeatedMails } from '../checks/mails.ts';
import type { Snapshot } from '../snapshot.ts';
import type { ManagedProcess } from './managedProcess.ts';

/** The counts of a run, one line of text each. */
export const summarize = (snapshot: Snapshot): readonly string[] => {
  const { orders, payments, refunds, clientLog, mails, charges, providerRefunds, providerDisputes } =
    snapshot;
  const { storedEvents, sentEvents, tasks, activity } = snapshot;
  return [
    `orders: ${tally(orders.map(({ status }) => status))}`,
    `payments: ${tally(payments.map(({ status }) => status))}`,
    `responses to checkouts: ${tally(clientLog.checkouts.map(({ outcome }) => outcome))}; ${clientLog.confirmed.length} challenges passed`,
    `refunds: ${tally(refunds.map(({ status }) => status))}`,
    `refunds by origin: ${tally(refunds.map(({ origin }) => origin))}; disputes ${tally(providerDisputes.map(({ status }) => status))}`,
    `responses to refunds: ${tally(clientLog.refunds.map(({ outcome }) => outcome))}`,
    `provider: charges ${tally(charges.map(({ status }) => status))}; refunds ${tally(providerRefunds.map(({ status }) => status))}; ${sentEvents.length} events, ${storedEvents.length} of them stored`,
    `failed tasks: ${tally(tasks.map(({ lastError }) => (lastError ?? '').replace(/:.*/, '')))}`,
    `${mails.length} mails, ${repeatedMails(mails)} of them repeated under the same Message-ID`,
    `mails with tries: ${snapshot.triedMails.length}; carrier: ${snapshot.carried?.length ?? 0} shipments; skipped: ${tally(snapshot.history.flatMap(({ state, detail }) => (state === 'skipped' ? [String(detail)] : [])))}`,
    `invoice service: ${snapshot.requestedInvoices?.length ?? 0} invoices, ${snapshot.invoiceAnswers.length} answers`,
    `activity: ${tally(activity.map(({ action }) => action))}`,
    `money page: ${JSON.stringify(clientLog.money)}`,
  ];
};

const tally = (values: readonly string[]): string =>
  [...Map.groupBy(values, (value) => value)].map(([value, all]) => `${all.length} ${value}`).join(', ');

/** The first errors in the logs. Requests that were refused while the database was down are left out. */
export const collectErrors = (processes: readonly ManagedProcess[]): readonly string[] =>
  processes
    .flatMap((one) => one.output().split('\n'))
    .filter((line) => line.includes('"level":"error"') && !line.includes('request refused'))
    .slice(0, 20)
    .map((line) => line.slice(0, 1_500));
