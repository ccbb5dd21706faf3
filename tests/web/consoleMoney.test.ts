import { describe, expect, test } from 'bun:test';
import { ledgerDifferences, moneyChecks } from '../../core/ledger.ts';
import { openPaymentStatuses } from '../../core/payment.ts';
import {
  caseDetail,
  casesIn,
  caseViewOf,
  commandsOf,
  newsOf,
  textProblemOf,
} from '../../web/console/money/caseStates.ts';
import { findCase } from '../../web/console/money/findCase.ts';
import type { MoneyCase } from '../../web/console/money/moneyApi.ts';
import type { Outcome } from '../../web/shared/outcome.ts';
import type { List } from '../../web/shared/types.ts';
import { consoleEnMoney } from '../../web/words/consoleEnMoney.ts';
import { consoleViMoney } from '../../web/words/consoleViMoney.ts';

const moneyCase = (fields: Partial<MoneyCase> = {}): MoneyCase => ({
  id: 'case-1',
  orderId: null,
  paymentId: null,
  refundId: null,
  amount: null,
  since: '2026-03-01T00:00:00.000Z',
  detail: null,
  acknowledgement: null,
  ...fields,
});

const acknowledged = (note: string, at = '2026-03-01T10:00:00.000Z') =>
  moneyCase({ acknowledgement: { note, at, actor: { id: 'b', email: 'binh@example.com' } } });

describe('What became of a case while an operator read it', () => {
  test('Nothing, if it is as it was', () => {
    expect(newsOf(moneyCase(), moneyCase())).toEqual({ kind: 'same' });
    expect(newsOf(acknowledged('called'), acknowledged('called'))).toEqual({ kind: 'same' });
  });

  test('It is gone if the check does not have it', () => {
    expect(newsOf(moneyCase(), null)).toEqual({ kind: 'gone' });
  });

  test('Somebody has acknowledged it, or has replaced the note', () => {
    expect(newsOf(moneyCase(), acknowledged('called'))).toMatchObject({
      kind: 'acknowledged',
      by: { note: 'called', actor: { email: 'binh@example.com' } },
    });
    expect(newsOf(acknowledged('called'), acknowledged('called twice')).kind).toBe('acknowledged');
  });

  test('A case that came back is open, and that is no news', () => {
    expect(newsOf(acknowledged('called'), moneyCase())).toEqual({ kind: 'same' });
  });
});

describe('A case', () => {
  test('Only a charge without an order can be given back', () => {
    const difference = (kind: string) =>
      commandsOf('ledger_differences', moneyCase({ detail: `${kind}: ch_1` }));
    for (const kind of ['charge_unknown', 'charge_unbooked', 'charged_twice'])
      expect(difference(kind).canGiveBack).toBe(true);
    for (const kind of ['charge_missing', 'refund_unknown', 'amount_differs'])
      expect(difference(kind).canGiveBack).toBe(false);
    expect(commandsOf('unknown', moneyCase({ detail: 'charge_unknown: ch_1' })).canGiveBack).toBe(false);
  });

  test('Only a refund without an order can be assigned', () => {
    expect(commandsOf('refunds_unassigned', moneyCase({ refundId: 'r' })).canAssign).toBe(true);
    expect(commandsOf('refunds_stuck', moneyCase({ refundId: 'r' })).canAssign).toBe(false);
  });

  test('A view shows open cases, acknowledged ones or both', () => {
    const cases = [moneyCase(), acknowledged('done')];
    expect(casesIn('open', cases)).toEqual(cases.slice(0, 1));
    expect(casesIn('acknowledged', cases)).toEqual(cases.slice(1));
    expect(casesIn('all', cases)).toEqual(cases);
    expect([undefined, 'acknowledged', 'x'].map(caseViewOf)).toEqual(['open', 'acknowledged', 'open']);
  });

  test('A note has 1 to 500 characters', () => {
    expect([' ', 'x', 'x'.repeat(501)].map(textProblemOf)).toEqual(['missing', null, 'too_long']);
  });
});

describe.each([
  ['en', consoleEnMoney],
  ['vi', consoleViMoney],
] as const)('The words of money in %s', (_, words) => {
  test('Each check has a name, a meaning and a next step', () => {
    for (const check of moneyChecks) {
      const { name, text, next } = words.checks[check];
      expect([name, text, next].every((each) => each.length > 5)).toBe(true);
    }
  });

  test('Each kind of difference is said in words, and a newer one by its own name', () => {
    for (const kind of ledgerDifferences)
      expect(caseDetail('ledger_differences', moneyCase({ detail: `${kind}: ch_1` }), words)).toBe(
        `${words.differences[kind]}: ch_1`,
      );
    const newer = moneyCase({ detail: 'fee_differs: f_1' });
    expect(caseDetail('ledger_differences', newer, words)).toBe(
      `${words.otherDifference('fee_differs')}: f_1`,
    );
  });

  test('The reason of a dispute and the status of an open payment are said in words', () => {
    expect(caseDetail('disputes_open', moneyCase({ detail: 'fraudulent: dp_1' }), words)).toBe(
      `${words.disputeReasons.fraudulent}: dp_1`,
    );
    expect(caseDetail('disputes_open', moneyCase({ detail: 'of_tomorrow: dp_1' }), words)).toBe(
      'of tomorrow: dp_1',
    );
    for (const status of openPaymentStatuses)
      expect([status, Object.hasOwn(words.openPayments, status)]).toEqual([status, true]);
    expect(caseDetail('refunds_stuck', moneyCase({ detail: 'card closed' }), words)).toBe('card closed');
  });
});

describe('The case as it is now', () => {
  const page = (ids: readonly string[], nextCursor: string | null): Outcome<List<MoneyCase>> => ({
    kind: 'ok',
    value: { items: ids.map((id) => moneyCase({ id })), nextCursor },
    status: 200,
    requestId: 'r',
    replayed: false,
  });
  const find = async (pages: Readonly<Record<string, Outcome<List<MoneyCase>>>>, id: string) => {
    const asked: (string | null)[] = [];
    const found = await findCase(
      async (cursor) => {
        asked.push(cursor);
        return pages[cursor ?? 'start'] ?? page([], null);
      },
      null,
      id,
    );
    return { found: found === null ? null : found?.id, asked };
  };

  test('It is found on a later page if new cases have pushed it down', async () => {
    const pages = { start: page(['a', 'b'], 'c1'), c1: page(['c', 'd'], null) };
    expect(await find(pages, 'd')).toEqual({ found: 'd', asked: [null, 'c1'] });
  });

  test('It is gone if the list goes past its id, or ends', async () => {
    const pages = { start: page(['a', 'c'], 'c1'), c1: page(['d'], null) };
    expect(await find(pages, 'b')).toEqual({ found: null, asked: [null] });
    expect(await find(pages, 'e')).toEqual({ found: null, asked: [null, 'c1'] });
  });

  test('It is not known if an answer did not come', async () => {
    const lost = { kind: 'lost', requestId: 'r', retryAfterMs: null } as const;
    expect((await find({ start: page(['a'], 'c1'), c1: lost }, 'b')).found).toBeUndefined();
  });
});
