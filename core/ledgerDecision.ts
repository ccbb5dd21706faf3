import type { Calendar, DayRange } from './calendar.ts';
import { type LedgerEvidence, storedDifferencesMax } from './ledger.ts';

/** The provider's clock may be behind ours, and its ledger may show a charge later, by this much. */
const marginMs = 3_600_000;

/** A reconciliation that is not finished after this time has failed. */
const reconciliationMs = 24 * 3_600_000;

export type PaymentDay = DayRange & {
  readonly day: string;
  /** A reconciliation that was requested before this time may have missed a charge of the day. */
  readonly completeFromMs: number;
};

/**
 * The days on which a payment may have been charged: the day of its claim and the next. Its key is remembered for less
 * than a day, and after that nothing charges under it. Just after midnight the provider's clock may still show the day
 * before.
 */
export const chargeDays = (claimedAtMs: number, calendar: Calendar): readonly PaymentDay[] => {
  const days: PaymentDay[] = [];
  for (let atMs = claimedAtMs - marginMs; ; ) {
    const day = calendar.dayOf(atMs);
    const range = calendar.rangeOf(day);
    if (range === null) throw new Error(`${day} is no day`);
    days.push({ day, ...range, completeFromMs: range.toMs + marginMs });
    if (range.fromMs > claimedAtMs) return days;
    atMs = range.toMs;
  }
};

export type LedgerDecision =
  | { readonly kind: 'succeeded'; readonly reference: string; readonly day: PaymentDay }
  /** No day has a charge. */
  | { readonly kind: 'cancelled' }
  /** `missing` are the days that are over and have no reconciliation yet. */
  | { readonly kind: 'undecided'; readonly missing: readonly PaymentDay[] };

/**
 * Decides a payment whose key the provider may have forgotten, by what the reconciliations of its days found. One charge
 * is enough to say that it was paid; only all days together say that it was not.
 */
export const decideByLedger = (
  days: readonly { readonly day: PaymentDay; readonly evidence: LedgerEvidence | null }[],
  nowMs: number,
): LedgerDecision => {
  for (const { day, evidence } of days)
    if (evidence !== null && evidence.chargeReference !== null)
      return { kind: 'succeeded', reference: evidence.chargeReference, day };
  if (days.every(({ evidence }) => evidence !== null && provesNoCharge(evidence)))
    return { kind: 'cancelled' };
  const missing = days.filter(
    ({ day, evidence }) => nowMs >= day.completeFromMs && (evidence === null || hasFailed(evidence, nowMs)),
  );
  return { kind: 'undecided', missing: missing.map(({ day }) => day) };
};

/** A reconciliation with more differences than it stores may have found the charge and not stored it. */
const provesNoCharge = ({ reconciliation, chargeReference }: LedgerEvidence): boolean =>
  reconciliation.finishedAtMs !== null &&
  reconciliation.differences <= storedDifferencesMax &&
  chargeReference === null;

const hasFailed = ({ reconciliation }: LedgerEvidence, nowMs: number): boolean =>
  reconciliation.finishedAtMs === null && reconciliation.createdAtMs <= nowMs - reconciliationMs;
