import { readable, wordOf } from './words.ts';

/** The pipelines and their steps in English, the same on each page. Other languages have the same members. */
const pipelines = {
  physical: 'Delivered goods',
  digital: 'Digital products',
  service: 'Services',
  refund: 'Refunds',
  provider_event: 'Events of the provider',
  reconciliation: 'Reconciliations',
};

const steps = {
  invoice: 'Issue the invoice',
  issue_licence: 'Issue the licence',
  book: 'Book the place',
  request_shipment: 'Hand to the carrier',
  notify_customer: 'Send the mail',
  refund_charge: 'Give the money back',
  act_on_event: 'Act on the event',
  reconcile_ledger: 'Compare with the provider',
};

export const consoleEnSteps = {
  pipelines,
  steps,
  /** A name that is newer than this page is shown as it is. */
  pipeline: (name: string): string => wordOf(pipelines, name) ?? readable(name),
  step: (name: string): string => wordOf(steps, name) ?? readable(name),
};

export type ConsoleStepWords = typeof consoleEnSteps;
