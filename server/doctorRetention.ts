import type { Retention } from '../core/retention.ts';
import type { Finding } from './doctorReport.ts';

const dayMs = 86_400_000;

const names: Readonly<Record<keyof Retention, string>> = {
  responses: 'answers of checkouts',
  ledger: 'the step ledger',
  activity: 'activity',
  providerEvents: 'events of the provider',
  mails: 'captured mails',
  events: 'undelivered events',
  deliveries: 'webhook deliveries',
};

/** How long what grows is kept, as the `KEEP_…_DAYS` say. */
export const reportRetention = (retention: Retention): Finding => {
  const kept = Object.entries(names).map(([kind, name]) => {
    const ms = retention[kind as keyof Retention];
    return `${name} ${ms === null ? 'forever' : `${ms / dayMs} days`}`;
  });
  return { part: 'retention', state: 'ok', text: `a worker keeps ${kept.join(', ')}` };
};
