import type { Retention } from '../core/retention.ts';
import type { Kinds } from './settingKinds.ts';

const dayMs = 86_400_000;
const daysMax = 36_500;

/**
 * How long what grows is kept. Every name is `KEEP_…_DAYS`. Where 0 is allowed, it is forever. Nothing here takes what the
 * books, the law or a second charge would need.
 */
export const retentionSettings = ({ whole, wholeOrZero }: Kinds): Retention => {
  /** `least`: with fewer days, something that is promised would break. */
  const daysOrForever = (name: string, fallback: number, least: number, doc: string): number | null => {
    const value = wholeOrZero(name, fallback, least, daysMax, doc);
    return value === 0 ? null : value * dayMs;
  };
  /** At most a year, and never forever. */
  const days = (name: string, least: number, doc: string): number => whole(name, 30, least, 365, doc) * dayMs;
  return {
    responses: daysOrForever(
      'KEEP_ANSWERS_DAYS',
      90,
      7,
      'How many days the answers of checkouts are kept, at least 7. The keys stay: after it, the same key gets 200 with the checkout as it now stands, and nothing is charged. 0 is forever ([all of them](docs/operating/data-growth.md#how-long-data-is-kept)).',
    ),
    ledger: daysOrForever(
      'KEEP_LEDGER_DAYS',
      90,
      1,
      'How many days the step ledger of finished tasks is kept: when each mail and each call of a step service began and was accepted. 0 is forever.',
    ),
    activity: daysOrForever(
      'KEEP_ACTIVITY_DAYS',
      0,
      30,
      'How many days the activity of operators is kept, at least 30. Who gave money back, settled a case, erased a customer, or made or ended a service key stays. 0 is forever.',
    ),
    providerEvents: daysOrForever(
      'KEEP_PROVIDER_EVENTS_DAYS',
      31,
      31,
      'How many days the events that the payment provider has sent are kept, at least 31: so long it may send one again. 0 is forever.',
    ),
    mails: daysOrForever(
      'KEEP_MAILS_DAYS',
      30,
      1,
      'How many days captured mails are kept, where no mail server is set. At most the newest 100,000. 0 sets no limit of days.',
    ),
    events: days(
      'KEEP_EVENTS_DAYS',
      4,
      'How many days an event waits for a webhook endpoint or Kafka that does not take it, at least 4. Then it is dropped, and the log says so.',
    ),
    deliveries: days(
      'KEEP_DELIVERIES_DAYS',
      1,
      'How many days what was sent to webhook endpoints is kept, so that it can be sent again.',
    ),
  };
};
