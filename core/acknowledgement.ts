import type { ActivityTarget } from './activity.ts';
import type { AcknowledgeCommand, Acknowledgement, MoneyCase, MoneyCheck, Reconciliation } from './ledger.ts';

/**
 * What an acknowledgement of a case is stored under. Each reconciliation of a day gives its differences new ids, so for
 * them it is what differs; for other cases it is their id. SQL statements compute the same text.
 */
export const caseSubject = (
  check: MoneyCheck,
  { id, detail, paymentId, refundId }: Pick<MoneyCase, 'id' | 'detail' | 'paymentId' | 'refundId'>,
): string =>
  check === 'ledger_differences' ? [detail ?? '', paymentId ?? '', refundId ?? ''].join('/') : id;

/**
 * Whether an acknowledgement counts for a case. A case that began later, such as an order that was retried and failed
 * again, is a new one and open.
 */
export const coversCase = (
  { atMs }: Pick<Acknowledgement, 'atMs'>,
  { sinceMs }: Pick<MoneyCase, 'sinceMs'>,
) => sinceMs <= atMs;

/** The same note again changes nothing. Another note replaces the one before, with who wrote it and when. */
export const judgeAcknowledgement = (
  { acknowledgement }: Pick<MoneyCase, 'acknowledgement'>,
  { note, actor }: Pick<AcknowledgeCommand, 'note' | 'actor'>,
  nowMs: number,
): Acknowledgement =>
  acknowledgement !== null && acknowledgement.note === note ? acknowledgement : { note, actor, atMs: nowMs };

/** What the activity says about an acknowledged case. */
export const acknowledgementTarget = (
  { id, orderId }: Pick<MoneyCase, 'id' | 'orderId'>,
  { check, note }: Pick<AcknowledgeCommand, 'check' | 'note'>,
): ActivityTarget => ({ target: id, orderId, detail: `${check}: ${note}` });

/** What the activity says about a requested reconciliation. */
export const reconciliationTarget = ({ id, day }: Pick<Reconciliation, 'id' | 'day'>): ActivityTarget => ({
  target: id,
  orderId: null,
  detail: day,
});
