import { expect, test } from 'bun:test';
import { readConfig } from '../../server/config.ts';
import { reportRetention } from '../../server/doctorRetention.ts';

test('The doctor says how long each kind is kept', () => {
  const env = { KEEP_ANSWERS_DAYS: '0', KEEP_EVENTS_DAYS: '7' };
  const { retention } = readConfig(env)._unsafeUnwrap();
  expect(reportRetention(retention)).toEqual({
    ...{ part: 'retention', state: 'ok' },
    text: 'a worker keeps answers of checkouts forever, the step ledger 90 days, activity forever, events of the provider 31 days, captured mails 30 days, undelivered events 7 days, webhook deliveries 30 days',
  });
});
