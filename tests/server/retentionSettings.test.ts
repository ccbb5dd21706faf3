import { expect, test } from 'bun:test';
import { readConfig } from '../../server/config.ts';

test.each([
  ['KEEP_ANSWERS_DAYS', 7, true],
  ['KEEP_LEDGER_DAYS', 1, true],
  ['KEEP_ACTIVITY_DAYS', 30, true],
  ['KEEP_PROVIDER_EVENTS_DAYS', 31, true],
  ['KEEP_MAILS_DAYS', 1, true],
  ['KEEP_EVENTS_DAYS', 4, false],
  ['KEEP_DELIVERIES_DAYS', 1, false],
] as const)(
  '%s takes %i days or more, and what it keeps has an end unless 0 is allowed',
  (name, least, isForever) => {
    const value = (days: number) => readConfig({ [name]: String(days) }).map(({ retention }) => retention);
    expect(value(least).isOk()).toBe(true);
    if (least > 1)
      expect(readConfig({ [name]: String(least - 1) })._unsafeUnwrapErr()).toEqual([
        expect.stringContaining(name),
      ]);
    expect(value(0).isOk()).toBe(isForever);
  },
);
