import { repeatedMails } from '../checks/mails.ts';
import type { Snapshot } from '../snapshot.ts';
import type { Member } from './member.ts';

/** What there was to see in a run, for a person. */
export const summaryOf = (snapshot: Snapshot): readonly string[] => {
  const { orders, payments, refunds, told, mails, charges, givenBack, events, eventsSent, tasks } = snapshot;
  return [
    `orders: ${tally(orders.map(({ status }) => status))}`,
    `payments: ${tally(payments.map(({ status }) => status))}`,
    `answers to checkouts: ${tally(told.checkouts.map(({ said }) => said))}; ${told.confirmed.length} challenges were met`,
    `refunds: ${tally(refunds.map(({ status, key }) => `${status}${key.startsWith('unfulfillable:') ? ' by itself' : ''}`))}`,
    `answers to refunds: ${tally(told.refunds.map(({ said }) => said))}`,
    `the provider: charges ${tally(charges.map(({ status }) => status))}; refunds ${tally(givenBack.map(({ status }) => status))}; ${eventsSent.length} events, ${events.length} of them kept`,
    `failed tasks: ${tally(tasks.map(({ lastError }) => (lastError ?? '').replace(/:.*/, '')))}`,
    `${mails.length} mails, ${repeatedMails(mails)} of them a second time under the same Message-ID`,
    `money page: ${JSON.stringify(told.money)}`,
  ];
};

const tally = (values: readonly string[]): string =>
  [...Map.groupBy(values, (value) => value)].map(([value, all]) => `${all.length} ${value}`).join(', ');

/** What the processes said of themselves that may explain it; refusals by an absent database do not. */
export const errorsOf = (members: readonly Member[]): readonly string[] =>
  members
    .flatMap((one) => one.output().split('\n'))
    .filter((line) => line.includes('"level":"error"') && !line.includes('request refused'))
    .slice(0, 20)
    .map((line) => line.slice(0, 1_500));
