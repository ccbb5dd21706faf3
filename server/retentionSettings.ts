import type { Retention } from '../core/retention.ts';
import type { Kinds } from './settingKinds.ts';

const dayMs = 86_400_000;

/** How long what grows is kept. Every name is `KEEP_…_DAYS`, and 0 is forever. */
export const retentionSettings = ({ whole }: Kinds): Retention => {
  const days = (name: string, fallback: number, doc: string): number | null => {
    const value = whole(name, fallback, 0, 36_500, doc);
    return value === 0 ? null : value * dayMs;
  };
  return {
    ledgerMs: days(
      'KEEP_LEDGER_DAYS',
      90,
      'How many days the step ledger of finished tasks is kept: when each mail and each call of a step service began and was accepted. 0 is forever ([more](docs/operating/people.md#how-long-data-is-kept)).',
    ),
    mailsMs: days(
      'KEEP_MAILS_DAYS',
      30,
      'How many days captured mails are kept, where no mail server is set. At most the newest 100,000. 0 sets no limit of days.',
    ),
  };
};
