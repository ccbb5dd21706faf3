import { type TSchema, t } from 'elysia';
import { type MoneyCase, type MoneyCheck, type MoneyCount, moneyChecks } from '../../core/ledger.ts';
import { orNull, time } from '../http/schemas.ts';
import { component, exactly, listSchema, type Shown, timeOf } from './component.ts';
import { moneyJson, renderMoneyOrNull } from './money.ts';

const texts: Readonly<Record<MoneyCheck, string>> = {
  paid_without_progress: 'Orders that were paid, and whose pipeline failed or has not ended in time.',
  unknown: 'Payments without an outcome for too long.',
  charged_twice: 'Orders of the last day that more than one payment succeeded for.',
  refunds_stuck: 'Refunds that are not done in time, and refused ones that nothing has followed.',
  ledger_differences: 'What the newest audit of each day of the last month found.',
};

const countSchema = (check: MoneyCheck) =>
  exactly(
    {
      count: t.Number({ multipleOf: 1, minimum: 0 }),
      oldestAgeMs: t.Union([t.Number({ minimum: 0 }), t.Null()], {
        description: 'Null where there is none.',
      }),
      list: t.String({ description: 'Where the cases are.' }),
    },
    texts[check],
  );

export const moneyHealthJson = component(
  'MoneyHealth',
  exactly({
    healthy: t.Boolean({ description: 'That every count is 0.' }),
    checks: exactly(Object.fromEntries(moneyChecks.map((check) => [check, countSchema(check)]))),
  }),
);

export const renderMoneyHealth = (counts: Readonly<Record<MoneyCheck, MoneyCount>>, nowMs: number) => ({
  healthy: moneyChecks.every((check) => counts[check].count === 0),
  checks: Object.fromEntries(
    moneyChecks.map((check) => {
      const { count, oldestMs } = counts[check];
      // Another process wrote the time down, and its clock may be a little ahead of ours.
      const oldestAgeMs = oldestMs === null ? null : Math.max(0, nowMs - oldestMs);
      return [check, { count, oldestAgeMs, list: `/money/${check}` }];
    }),
  ),
});

export const findingJson = component(
  'MoneyFinding',
  exactly({
    id: t.String({ format: 'uuid', description: 'Of the order, payment, refund or difference.' }),
    orderId: orNull(t.String()),
    paymentId: orNull(t.String()),
    refundId: orNull(t.String()),
    amount: orNull(moneyJson.ref),
    since: time,
    detail: t.Union([t.String(), t.Null()], { description: 'The error, or how the books differ.' }),
  } satisfies Shown<MoneyCase, TSchema>),
);

export const findingListJson = listSchema(findingJson);

export const renderFinding = (finding: MoneyCase) =>
  ({
    id: finding.id,
    orderId: finding.orderId,
    paymentId: finding.paymentId,
    refundId: finding.refundId,
    amount: renderMoneyOrNull(finding.amount),
    since: timeOf(finding.sinceMs),
    detail: finding.detail,
  }) satisfies Shown<MoneyCase, unknown>;
