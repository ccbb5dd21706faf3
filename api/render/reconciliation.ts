import { type TSchema, t } from 'elysia';
import { type LedgerDifference, ledgerDifferences, type Reconciliation } from '../../core/ledger.ts';
import { id, nullable, oneOf, strictObject, time } from '../http/schemas.ts';
import { component, listSchema, type RenderedFields, timeOf } from './component.ts';
import { moneyJson, renderMoneyOrNull } from './money.ts';

const count = t.Union([t.Number({ multipleOf: 1, minimum: 0 }), t.Null()], {
  description: 'Null until the reconciliation is finished.',
});

export const reconciliationJson = component(
  'Reconciliation',
  strictObject({
    id,
    day: t.String({
      format: 'date',
      description: 'The date that was compared, in the time zone that the shop had then.',
    }),
    status: oneOf(['running', 'finished']),
    charges: count,
    refunds: count,
    differences: count,
    createdAt: time,
    finishedAt: nullable(time),
  }),
);

export const reconciliationListJson = listSchema(reconciliationJson);

export const renderReconciliation = (reconciliation: Reconciliation) => {
  const { finishedAtMs } = reconciliation;
  const isFinished = finishedAtMs !== null;
  return {
    id: reconciliation.id,
    day: reconciliation.day,
    status: isFinished ? 'finished' : 'running',
    charges: isFinished ? reconciliation.charges : null,
    refunds: isFinished ? reconciliation.refunds : null,
    differences: isFinished ? reconciliation.differences : null,
    createdAt: timeOf(reconciliation.createdAtMs),
    finishedAt: isFinished ? timeOf(finishedAtMs) : null,
  };
};

type ShownDifference = Omit<LedgerDifference, 'chargeReference'> & { readonly id: string };

export const differenceJson = component(
  'LedgerDifference',
  strictObject({
    id,
    kind: oneOf(
      ledgerDifferences,
      '…_unknown: the provider has an entry and we have no record of it. …_unbooked: our record has a status that does not match the provider’s entry. …_missing: we have a record and the provider has no entry.',
    ),
    providerId: t.Union([t.String(), t.Null()], { description: 'The provider’s id of its entry.' }),
    paymentId: nullable(t.String()),
    refundId: nullable(t.String()),
    ours: nullable(moneyJson.ref),
    theirs: nullable(moneyJson.ref),
    at: time,
  } satisfies RenderedFields<ShownDifference, TSchema>),
);

export const differenceListJson = listSchema(differenceJson);

export const renderDifference = (difference: ShownDifference) =>
  ({
    id: difference.id,
    kind: difference.kind,
    providerId: difference.providerId,
    paymentId: difference.paymentId,
    refundId: difference.refundId,
    ours: renderMoneyOrNull(difference.ours),
    theirs: renderMoneyOrNull(difference.theirs),
    at: timeOf(difference.atMs),
  }) satisfies RenderedFields<ShownDifference, unknown>;
