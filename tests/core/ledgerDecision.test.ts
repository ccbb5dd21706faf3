import { describe, expect, test } from 'bun:test';
import { createCalendar } from '../../core/calendar.ts';
import type { LedgerEvidence } from '../../core/ledger.ts';
import { chargeDays, decideByLedger } from '../../core/ledgerDecision.ts';

const hourMs = 3_600_000;
const noonMs = Date.UTC(2026, 2, 1, 12);
const namesOf = (claimedAtMs: number, timeZone = 'UTC') =>
  chargeDays(claimedAtMs, createCalendar(timeZone)).map(({ day }) => day);

describe('The days on which a payment may have been charged', () => {
  test('They are the day of the claim and the next, in the time zone of the shop', () => {
    expect(namesOf(noonMs)).toEqual(['2026-03-01', '2026-03-02']);
    expect(namesOf(Date.UTC(2026, 2, 1, 23, 59))).toEqual(['2026-03-01', '2026-03-02']);
    expect(namesOf(Date.UTC(2026, 2, 1, 18, 30), 'Asia/Ho_Chi_Minh')).toEqual(['2026-03-02', '2026-03-03']);
  });

  test('In the first hour after midnight the day before is one of them, because clocks differ', () => {
    expect(namesOf(Date.UTC(2026, 2, 1))).toEqual(['2026-02-28', '2026-03-01', '2026-03-02']);
    expect(namesOf(Date.UTC(2026, 2, 1, 1))).toEqual(['2026-03-01', '2026-03-02']);
  });

  test('They follow one another, also where clocks change', () => {
    const days = chargeDays(Date.UTC(2026, 9, 24, 10), createCalendar('Europe/Berlin'));
    expect(days.map(({ fromMs, toMs }) => (toMs - fromMs) / hourMs)).toEqual([24, 25]);
    expect(days[1]?.fromMs).toBe(days[0]?.toMs ?? 0);
    expect(days[1]?.completeFromMs).toBe((days[1]?.toMs ?? 0) + hourMs);
  });
});

describe('What the ledger decides', () => {
  const [first, second] = chargeDays(noonMs, createCalendar('UTC')) as [never, never];
  const afterBothMs = Date.UTC(2026, 2, 3, 1);
  const evidence = (
    changes: Partial<LedgerEvidence['reconciliation']> = {},
    chargeReference: string | null = null,
  ): LedgerEvidence => ({
    reconciliation: {
      ...{ id: 'r', day: '', dayMs: 0, endMs: 0, createdAtMs: afterBothMs, finishedAtMs: afterBothMs },
      ...{ charges: 7, refunds: 0, differences: 3 },
      ...changes,
    },
    chargeReference,
  });
  const decide = (one: LedgerEvidence | null, other: LedgerEvidence | null, nowMs = afterBothMs) =>
    decideByLedger(
      [
        { day: first, evidence: one },
        { day: second, evidence: other },
      ],
      nowMs,
    );
  const running = evidence({ finishedAtMs: null });

  test('A charge on one day is a success, whatever the other day says', () => {
    const found = evidence({}, 'pi_1');
    for (const other of [null, running, evidence()]) {
      expect(decide(found, other)).toEqual({ kind: 'succeeded', reference: 'pi_1', day: first });
      expect(decide(other, found)).toEqual({ kind: 'succeeded', reference: 'pi_1', day: second });
    }
  });

  test('No charge on any day is a cancelled payment', () => {
    expect(decide(evidence(), evidence())).toEqual({ kind: 'cancelled' });
  });

  test('One day alone does not prove that there is no charge', () => {
    expect(decide(evidence(), running)).toEqual({ kind: 'undecided', missing: [] });
    expect(decide(evidence(), null)).toEqual({ kind: 'undecided', missing: [second] });
    expect(decide(running, running)).toEqual({ kind: 'undecided', missing: [] });
  });

  test('A day is missing only when it is over and its charges can be seen', () => {
    expect(decide(null, null, Date.UTC(2026, 2, 2, 0, 59))).toEqual({ kind: 'undecided', missing: [] });
    expect(decide(null, null, Date.UTC(2026, 2, 2, 1))).toEqual({ kind: 'undecided', missing: [first] });
    expect(decide(null, null)).toEqual({ kind: 'undecided', missing: [first, second] });
  });

  test('A reconciliation that has not finished for a day is requested again', () => {
    const nowMs = afterBothMs + 24 * hourMs;
    expect(decide(running, evidence(), nowMs - 1)).toEqual({ kind: 'undecided', missing: [] });
    expect(decide(running, evidence(), nowMs)).toEqual({ kind: 'undecided', missing: [first] });
  });

  test('A reconciliation that could not store all its differences does not prove that there is no charge', () => {
    expect(decide(evidence({ differences: 1_000 }), evidence())).toEqual({ kind: 'cancelled' });
    expect(decide(evidence({ differences: 1_001 }), evidence())).toEqual({ kind: 'undecided', missing: [] });
  });
});
