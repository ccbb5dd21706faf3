import { type TSchema, t } from 'elysia';
import { type LedgerDifference, ledgerDifferences, type Reconciliation } from '../../core/ledger.ts';
import { id, oneOf, orNull, time } from '../http/schemas.ts';
import { component, exactly, listSchema, type Shown, timeOf } from './component.ts';
import { moneyJson, renderMoneyOrNull } from './money.ts';

const count = t.Union([t.Number({ multipleOf: 1, minimum: 0 }), t.Null()], {
  description: 'Null until it is finished.',
});

export const moneyAuditJson = component(
  'MoneyAudit',
  exactly({
    id,
    day: t.String({ format: 'date', description: 'From midnight to midnight UTC.' }),
    status: oneOf(['running', 'finished']),
    charges: count,
    refunds: count,
    differences: count,
    createdAt: time,
    finishedAt: orNull(time),
  }),
);

export const moneyAuditListJson = listSchema(moneyAuditJson);

export const renderMoneyAudit = (audit: Reconciliation) => {
  const { finishedAtMs } = audit;
  const isFinished = finishedAtMs !== null;
  return {
    id: audit.id,
    day: timeOf(audit.dayMs).slice(0, 'YYYY-MM-DD'.length),
    status: isFinished ? 'finished' : 'running',
    charges: isFinished ? audit.charges : null,
    refunds: isFinished ? audit.refunds : null,
    differences: isFinished ? audit.differences : null,
    createdAt: timeOf(audit.createdAtMs),
    finishedAt: isFinished ? timeOf(finishedAtMs) : null,
  };
};

export const differenceJson = component(
  'LedgerDifference',
  exactly({
    id,
    kind: oneOf(
      ledgerDifferences,
      '…_unknown: the provider has it, and we have nothing for it; …_unbooked: ours is not as the money is; …_missing: the provider has nothing for ours',
    ),
    providerId: t.Union([t.String(), t.Null()], { description: 'The provider’s own id.' }),
    paymentId: orNull(t.String()),
    refundId: orNull(t.String()),
    ours: orNull(moneyJson.ref),
    theirs: orNull(moneyJson.ref),
    at: time,
  } satisfies Shown<LedgerDifference & { readonly id: string }, TSchema>),
);

export const differenceListJson = listSchema(differenceJson);

export const renderDifference = (difference: LedgerDifference & { readonly id: string }) =>
  ({
    id: difference.id,
    kind: difference.kind,
    providerId: difference.providerId,
    paymentId: difference.paymentId,
    refundId: difference.refundId,
    ours: renderMoneyOrNull(difference.ours),
    theirs: renderMoneyOrNull(difference.theirs),
    at: timeOf(difference.atMs),
  }) satisfies Shown<LedgerDifference & { readonly id: string }, unknown>;
