import { describe, expect, test } from 'bun:test';
import { creditsOf, type EarlierRefund, refundsToCredit, summarizeCredits } from '../../core/creditNotes.ts';
import { lineOf } from '../pdf/samples.ts';

const refund = (id: string, orderId: string | null, changes: Partial<EarlierRefund> = {}): EarlierRefund => ({
  id,
  orderId,
  amount: { amount: 10, currency: 'VND' },
  origin: 'operator',
  status: 'succeeded',
  hasCreditNote: false,
  ...changes,
});

const lines = [lineOf({ orderId: 'a' }), lineOf({ orderId: 'b' })];
const idsOf = (refunds: readonly EarlierRefund[]) => refundsToCredit(lines, refunds).map(({ id }) => id);

describe('Credit notes that are issued with an invoice', () => {
  test('Each refund that succeeded has one, by lines and then by age, whoever began it', () => {
    const provider = refund('3', 'a', { origin: 'provider' });
    expect(idsOf([refund('4', 'b'), provider, refund('2', 'b'), refund('1', 'a')])).toEqual([
      '1',
      '3',
      '2',
      '4',
    ]);
  });

  test('A refund that is open, failed, credited, disputed, of no order or of another order has none', () => {
    expect(
      idsOf([
        refund('1', 'a', { status: 'requested' }),
        refund('2', 'a', { status: 'failed' }),
        refund('3', 'a', { hasCreditNote: true }),
        refund('4', 'a', { origin: 'dispute' }),
        refund('5', null),
        refund('6', 'c'),
      ]),
    ).toEqual([]);
  });

  test('The numbers go on after the last one of the year, and each names its line', () => {
    const invoice = { number: '2026-000009', lines };
    expect(creditsOf(invoice, [refund('1', 'b'), refund('2', 'b')], 2026, 41)).toEqual([
      {
        ...{ refundId: '1', sequence: 42, creditedLine: { invoice: '2026-000009', line: 2 } },
        credit: { number: 'CN-2026-000042', line: 2, amount: 10 },
      },
      {
        ...{ refundId: '2', sequence: 43, creditedLine: { invoice: '2026-000009', line: 2 } },
        credit: { number: 'CN-2026-000043', line: 2, amount: 10 },
      },
    ]);
  });

  test('Up to eight are shown one by one, and more as the first and the last number', () => {
    const credits = creditsOf(
      { number: '2026-000001', lines },
      Array.from({ length: 9 }, (_, index) => refund(String(index), 'a')),
      2026,
      0,
    ).map(({ credit }) => credit);
    expect(summarizeCredits([], 'line')).toEqual([]);
    expect(summarizeCredits(credits.slice(0, 8), 'line')).toHaveLength(8);
    expect(summarizeCredits(credits.slice(0, 1), 'line')).toEqual([
      { text: 'CN-2026-000001 (line 1)', amount: 10 },
    ]);
    expect(summarizeCredits(credits, 'line')).toEqual([
      { text: 'CN-2026-000001 – CN-2026-000009', amount: 90 },
    ]);
  });
});
