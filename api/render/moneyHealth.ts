import { type TSchema, t } from 'elysia';
import {
  type Acknowledgement,
  type MoneyCase,
  type MoneyCheck,
  type MoneyCount,
  moneyChecks,
} from '../../core/ledger.ts';
import { id, nullable, strictObject, time } from '../http/schemas.ts';
import { actorJson, renderActor } from './actor.ts';
import { component, listSchema, type RenderedFields, timeOf } from './component.ts';
import { moneyJson, renderMoneyOrNull } from './money.ts';

const descriptions: Readonly<Record<MoneyCheck, string>> = {
  paid_without_progress: 'Paid orders whose pipeline failed or did not end in time.',
  unknown: 'Payments that have been without a final outcome for too long.',
  charged_twice: 'Orders of the last 24 hours with more than one succeeded payment.',
  refunds_stuck:
    'Refunds that did not end in time, and failed refunds whose money did not go back in another way.',
  refunds_unassigned:
    'Refunds that were made at the provider, of part of a charge of several orders. Assign each to its order.',
  disputes_open: 'Disputes that the customer’s bank has not decided.',
  ledger_differences: 'Differences that the newest reconciliation of each day of the last 31 days found.',
  stock_differs:
    'Products whose delivered units are not those left, reserved and sold, and orders that hold units they should have given back.',
};

const countSchema = (check: MoneyCheck) =>
  strictObject(
    {
      count: t.Number({ multipleOf: 1, minimum: 0 }),
      oldestAgeMs: t.Union([t.Number({ minimum: 0 }), t.Null()], {
        description: 'The age of the oldest case in milliseconds. Null without a case.',
      }),
      list: t.String({ description: 'The path of the list of cases.' }),
    },
    descriptions[check],
  );

export const moneyHealthJson = component(
  'MoneyHealth',
  strictObject({
    healthy: t.Boolean({ description: 'True if every count is 0. Acknowledged cases are not counted.' }),
    checks: strictObject(Object.fromEntries(moneyChecks.map((check) => [check, countSchema(check)]))),
  }),
);

export const renderMoneyHealth = (counts: Readonly<Record<MoneyCheck, MoneyCount>>, nowMs: number) => ({
  healthy: moneyChecks.every((check) => counts[check].count === 0),
  checks: Object.fromEntries(
    moneyChecks.map((check) => {
      const { count, oldestMs } = counts[check];
      // Another process wrote the time, and its clock may be slightly ahead of ours.
      const oldestAgeMs = oldestMs === null ? null : Math.max(0, nowMs - oldestMs);
      return [check, { count, oldestAgeMs, list: `/money/${check}` }];
    }),
  ),
});

export const moneyCaseJson = component(
  'MoneyCase',
  strictObject({
    id: t.String({
      format: 'uuid',
      description: 'The id of the order, payment, refund, dispute, difference or product.',
    }),
    orderId: nullable(id),
    paymentId: nullable(t.String()),
    refundId: nullable(t.String()),
    amount: nullable(moneyJson.ref),
    since: time,
    detail: t.Union([t.String(), t.Null()], { description: 'The error, or the kind of the difference.' }),
    acknowledgement: t.Union(
      [
        strictObject({
          note: t.String(),
          actor: actorJson.ref,
          at: time,
        }),
        t.Null(),
      ],
      { description: 'Null for an open case. An acknowledged case is not counted.' },
    ),
  } satisfies RenderedFields<MoneyCase, TSchema>),
);

export const moneyCaseListJson = listSchema(moneyCaseJson);

export const renderMoneyCase = (moneyCase: MoneyCase) =>
  ({
    id: moneyCase.id,
    orderId: moneyCase.orderId,
    paymentId: moneyCase.paymentId,
    refundId: moneyCase.refundId,
    amount: renderMoneyOrNull(moneyCase.amount),
    since: timeOf(moneyCase.sinceMs),
    detail: moneyCase.detail,
    acknowledgement: renderAcknowledgement(moneyCase.acknowledgement),
  }) satisfies RenderedFields<MoneyCase, unknown>;

const renderAcknowledgement = (acknowledgement: Acknowledgement | null) =>
  acknowledgement === null
    ? null
    : {
        note: acknowledgement.note,
        actor: renderActor(acknowledgement.actor),
        at: timeOf(acknowledgement.atMs),
      };
