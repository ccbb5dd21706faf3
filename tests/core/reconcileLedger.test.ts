import { describe, expect, test } from 'bun:test';
import { ok } from 'neverthrow';
import type { OwnRecord, Reconciliation, Span } from '../../core/ledger.ts';
import type { Money } from '../../core/money.ts';
import type { PaymentStatus } from '../../core/payment.ts';
import type { LedgerEntry } from '../../core/provider.ts';
import type { RefundStatus } from '../../core/refund.ts';
import { createReconcileLedger, dayMs } from '../../core/usecases/reconcileLedger.ts';
import { testWorld } from '../world.ts';
import { ledgerOf } from './provider.ts';

const dawn = Date.UTC(2026, 2, 1);
const noon = dawn + dayMs / 2;
const evening = dawn + dayMs - 1;

const [one, two, three] = [1, 2, 3].map((at) => `01956f00-0000-7000-8000-00000000000${at}`) as [
  string,
  string,
  string,
];
const dong = (amount: number): Money => ({ amount, currency: 'VND' });

const charge = (paymentId: string | null, changes: Partial<LedgerEntry> = {}): LedgerEntry => ({
  kind: 'charge',
  id: `ch_${paymentId}`,
  paymentId,
  refundId: null,
  amount: dong(100),
  atMs: noon,
  ...changes,
});
const returned = (refundId: string | null, changes: Partial<LedgerEntry> = {}): LedgerEntry => ({
  ...charge(one),
  kind: 'refund',
  id: `re_${refundId}`,
  refundId,
  ...changes,
});

type Ours<Status> = OwnRecord<Status>;
const booked = <const Status extends string>(
  id: string,
  status: Status,
  changes: Partial<Ours<Status>> = {},
): Ours<Status> => ({
  id,
  status,
  amount: dong(100),
  createdAtMs: noon,
  updatedAtMs: noon,
  ...changes,
});

/** Books that hold these, and tell them a row at a time. */
const booksOf = (
  payments: readonly Ours<PaymentStatus>[],
  refunds: readonly Ours<RefundStatus>[],
): Parameters<typeof createReconcileLedger>[0]['ledger'] => {
  const pages = <Row extends { readonly id: string }>(rows: readonly Row[], after: string | null) => {
    const left = rows
      .filter(({ id }) => after === null || id > after)
      .toSorted((a, b) => (a.id < b.id ? -1 : 1));
    const items = left.slice(0, 1);
    return { items, next: left.length > 1 ? (items[0]?.id ?? null) : null };
  };
  const within = ({ fromMs, toMs }: Span, atMs: number) => atMs >= fromMs && atMs < toMs;
  return {
    paymentsMade: async (span: Span) => {
      const made = payments.filter(
        ({ status, createdAtMs }) => ['succeeded', 'returned'].includes(status) && within(span, createdAtMs),
      );
      return ok(pages(made, span.after));
    },
    refundsMade: async (span: Span) => {
      const made = refunds.filter(
        ({ status, updatedAtMs }) => status === 'succeeded' && within(span, updatedAtMs),
      );
      return ok(pages(made, span.after));
    },
    payments: async (ids) => ok(payments.filter(({ id }) => ids.includes(id))),
    refunds: async (ids) => ok(refunds.filter(({ id }) => ids.includes(id))),
  };
};

const day: Reconciliation = {
  id: 'audit',
  dayMs: dawn,
  createdAtMs: dawn,
  finishedAtMs: null,
  charges: 0,
  refunds: 0,
  differences: 0,
};

const audit = async (
  theirs: readonly LedgerEntry[],
  payments: readonly Ours<PaymentStatus>[] = [],
  refunds: readonly Ours<RefundStatus>[] = [],
  nowMs = dawn + 2 * dayMs,
) => {
  const ports = {
    ledger: booksOf(payments, refunds),
    provider: ledgerOf(theirs),
    world: testWorld(nowMs, 1),
  };
  return (await createReconcileLedger(ports)(day))._unsafeUnwrap();
};
const kinds = async (...args: Parameters<typeof audit>) =>
  (await audit(...args)).kept.map(({ kind }) => kind);

describe('the audit of a day', () => {
  test('finds nothing where both say the same, and counts what it looked at', async () => {
    const theirs = [charge(one), charge(two), charge(three), returned(one), returned(two)];
    const ours = [booked(one, 'succeeded'), booked(two, 'succeeded'), booked(three, 'returned')] as const;
    const refunds = [booked(one, 'succeeded'), booked(two, 'succeeded')] as const;
    const report = await audit(theirs, ours, refunds);
    expect(report).toEqual({ charges: 3, refunds: 2, differences: 0, kept: [] });
  });

  test('tells which movement differs, and how', async () => {
    const [found] = (await audit([charge(one, { amount: dong(90) })], [booked(one, 'succeeded')])).kept;
    expect(found).toEqual({
      id: expect.any(String),
      kind: 'amount_differs',
      providerId: `ch_${one}`,
      paymentId: one,
      refundId: null,
      ours: dong(100),
      theirs: dong(90),
      atMs: noon,
    });
  });

  test.each<[string, LedgerEntry[], Ours<PaymentStatus>[]]>([
    ['charge_unknown', [charge(one)], []],
    ['charge_unknown', [charge(null)], []],
    ['charge_unknown', [charge("x'; drop table payment")], []],
    ['charge_unbooked', [charge(one)], [booked(one, 'cancelled')]],
    ['charge_unbooked', [charge(one)], [booked(one, 'unknown')]],
    ['charged_twice', [charge(one), charge(one, { id: 'again' })], [booked(one, 'succeeded')]],
    ['charge_missing', [], [booked(one, 'succeeded')]],
    [
      'amount_differs',
      [charge(one, { amount: { amount: 100, currency: 'USD' } })],
      [booked(one, 'succeeded')],
    ],
  ])('%s', async (kind, theirs, ours) => {
    expect(await kinds(theirs, ours)).toEqual([kind as never]);
  });

  test.each<[string, LedgerEntry[], Ours<RefundStatus>[]]>([
    ['refund_unknown', [returned(null)], []],
    ['refund_unbooked', [returned(one)], [booked(one, 'requested')]],
    ['refunded_twice', [returned(one), returned(one, { id: 'again' })], [booked(one, 'succeeded')]],
    ['refund_missing', [], [booked(one, 'succeeded')]],
    ['amount_differs', [returned(one, { amount: dong(1) })], [booked(one, 'succeeded')]],
  ])('%s', async (kind, theirs, ours) => {
    expect(await kinds(theirs, [], ours)).toEqual([kind as never]);
  });

  test('what moved just now need not be booked yet', async () => {
    const [theirs, ours] = [[charge(one)], [booked(one, 'initiated')]] as const;
    expect(await kinds(theirs, ours, [], noon + 60_000)).toEqual([]);
    expect(await kinds(theirs, ours, [], noon + 3_600_000)).toEqual(['charge_unbooked']);
  });

  test('a charge on the other side of midnight is there all the same', async () => {
    const late = charge(one, { atMs: dawn + dayMs + 60_000 });
    expect(await kinds([late], [booked(one, 'succeeded', { createdAtMs: evening })])).toEqual([]);
  });

  test('a charge that came days later, when its key was sent again, is found', async () => {
    const late = { createdAtMs: noon, updatedAtMs: dawn + 3 * dayMs };
    const theirs = [charge(one, { atMs: dawn + 3 * dayMs - 1 })];
    expect(await kinds(theirs, [booked(one, 'succeeded', late)])).toEqual([]);
  });

  test('a refund that was made days before it could be booked is found', async () => {
    const early = { createdAtMs: dawn - 3 * dayMs, updatedAtMs: noon };
    const theirs = [returned(one, { atMs: dawn - 2 * dayMs })];
    expect(await kinds(theirs, [], [booked(one, 'succeeded', early)])).toEqual([]);
  });

  test('the days beside it are not its own', async () => {
    const theirs = [charge(one, { atMs: dawn - 1 }), charge(two, { atMs: dawn + dayMs })];
    expect(await audit(theirs)).toMatchObject({ charges: 0, differences: 0 });
  });
});
