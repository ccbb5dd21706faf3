import { describe, expect, test } from 'bun:test';
import { ok } from 'neverthrow';
import type { OwnRecord, OwnRecordQuery, Reconciliation } from '../../core/ledger.ts';
import type { Money } from '../../core/money.ts';
import type { PaymentStatus } from '../../core/payment.ts';
import type { LedgerEntry } from '../../core/provider.ts';
import type { RefundStatus } from '../../core/refund.ts';
import { createReconcileLedger } from '../../core/usecases/reconcileLedger.ts';
import { createMemoryStore } from '../model/store.ts';
import { createTestWorld } from '../world.ts';
import { createProviderWithLedger } from './providers.ts';

const dayStart = Date.UTC(2026, 2, 1);
const dayLengthMs = 24 * 3_600_000;
const noon = dayStart + dayLengthMs / 2;
const dayEnd = dayStart + dayLengthMs - 1;

const [id1, id2, id3] = [1, 2, 3].map((at) => `01956f00-0000-7000-8000-00000000000${at}`) as [
  string,
  string,
  string,
];
const dong = (amount: number): Money => ({ amount, currency: 'VND' });

const charge = (paymentId: string | null, changes: Partial<LedgerEntry> = {}): LedgerEntry => ({
  kind: 'charge',
  id: `ch_${paymentId}`,
  reference: `pi_${paymentId}`,
  paymentId,
  refundId: null,
  amount: dong(100),
  atMs: noon,
  ...changes,
});
const refund = (refundId: string | null, changes: Partial<LedgerEntry> = {}): LedgerEntry => ({
  ...charge(id1),
  kind: 'refund',
  id: `re_${refundId}`,
  refundId,
  ...changes,
});

const ownRecord = <const Status extends string>(
  id: string,
  status: Status,
  changes: Partial<OwnRecord<Status>> = {},
): OwnRecord<Status> => ({
  id,
  status,
  amount: dong(100),
  createdAtMs: noon,
  updatedAtMs: noon,
  reference: null,
  ...changes,
});

/** A ledger with these records, in pages of one row. */
const createLedger = (
  payments: readonly OwnRecord<PaymentStatus>[],
  refunds: readonly OwnRecord<RefundStatus>[],
): Parameters<typeof createReconcileLedger>[0]['ledger'] => {
  const pages = <Row extends { readonly id: string }>(rows: readonly Row[], after: string | null) => {
    const remaining = rows
      .filter(({ id }) => after === null || id > after)
      .toSorted((a, b) => (a.id < b.id ? -1 : 1));
    const items = remaining.slice(0, 1);
    return { items, next: remaining.length > 1 ? (items[0]?.id ?? null) : null };
  };
  const within = ({ fromMs, toMs }: OwnRecordQuery, atMs: number) => atMs >= fromMs && atMs < toMs;
  return {
    listChargedPayments: async (query: OwnRecordQuery) => {
      const made = payments.filter(
        ({ status, createdAtMs }) => ['succeeded', 'refunded'].includes(status) && within(query, createdAtMs),
      );
      return ok(pages(made, query.after));
    },
    listSucceededRefunds: async (query: OwnRecordQuery) => {
      const made = refunds.filter(
        ({ status, updatedAtMs }) => status === 'succeeded' && within(query, updatedAtMs),
      );
      return ok(pages(made, query.after));
    },
    payments: async (ids) => ok(payments.filter(({ id }) => ids.includes(id))),
    refunds: async (ids) => ok(refunds.filter(({ id }) => ids.includes(id))),
    refundsByReference: async (references) =>
      ok(refunds.filter(({ reference }) => reference !== null && references.includes(reference))),
  };
};

const day: Reconciliation = {
  id: 'reconciliation',
  day: '2026-03-01',
  dayMs: dayStart,
  endMs: dayStart + dayLengthMs,
  createdAtMs: dayStart,
  finishedAtMs: null,
  charges: 0,
  refunds: 0,
  differences: 0,
};

const reconcile = async (
  theirs: readonly LedgerEntry[],
  payments: readonly OwnRecord<PaymentStatus>[] = [],
  refunds: readonly OwnRecord<RefundStatus>[] = [],
  nowMs = dayStart + 2 * dayLengthMs,
) => {
  const world = createTestWorld(nowMs, 1);
  const ports = {
    ...createMemoryStore(world),
    ledger: createLedger(payments, refunds),
    refunds: { find: async () => ok(null), adopt: async () => ok(0), failAdopted: async () => ok(0) },
    provider: createProviderWithLedger(theirs),
    world,
  };
  return (await createReconcileLedger(ports)(day))._unsafeUnwrap();
};
const kinds = async (...args: Parameters<typeof reconcile>) =>
  (await reconcile(...args)).storedDifferences.map(({ kind }) => kind);

describe('Reconciliations', () => {
  test('The reconciliation of equal ledgers has no differences, and counts the entries of the day', async () => {
    const theirs = [charge(id1), charge(id2), charge(id3), refund(id1), refund(id2)];
    const ours = [
      ownRecord(id1, 'succeeded'),
      ownRecord(id2, 'succeeded'),
      ownRecord(id3, 'refunded'),
    ] as const;
    const refunds = [ownRecord(id1, 'succeeded'), ownRecord(id2, 'succeeded')] as const;
    const report = await reconcile(theirs, ours, refunds);
    expect(report).toEqual({ charges: 3, refunds: 2, differences: 0, storedDifferences: [] });
  });

  test('A payment of 0 needs no charge at the provider', async () => {
    expect(await kinds([], [ownRecord(id1, 'succeeded', { amount: dong(0) })])).toEqual([]);
  });

  test('A difference contains the entry of the provider and our amount', async () => {
    const [found] = (await reconcile([charge(id1, { amount: dong(90) })], [ownRecord(id1, 'succeeded')]))
      .storedDifferences;
    expect(found).toEqual({
      id: expect.any(String),
      kind: 'amount_differs',
      providerId: `ch_${id1}`,
      chargeReference: `pi_${id1}`,
      paymentId: id1,
      refundId: null,
      ours: dong(100),
      theirs: dong(90),
      atMs: noon,
    });
  });

  test.each<[string, LedgerEntry[], OwnRecord<PaymentStatus>[]]>([
    ['charge_unknown', [charge(id1)], []],
    ['charge_unknown', [charge(null)], []],
    ['charge_unknown', [charge("x'; drop table payment")], []],
    ['charge_unbooked', [charge(id1)], [ownRecord(id1, 'cancelled')]],
    ['charge_unbooked', [charge(id1)], [ownRecord(id1, 'unknown')]],
    ['charged_twice', [charge(id1), charge(id1, { id: 'again' })], [ownRecord(id1, 'succeeded')]],
    ['charge_missing', [], [ownRecord(id1, 'succeeded')]],
    [
      'amount_differs',
      [charge(id1, { amount: { amount: 100, currency: 'USD' } })],
      [ownRecord(id1, 'succeeded')],
    ],
  ])('The difference %s of a charge is found', async (kind, theirs, ours) => {
    expect(await kinds(theirs, ours)).toEqual([kind as never]);
  });

  test.each<[string, LedgerEntry[], OwnRecord<RefundStatus>[]]>([
    ['refund_unknown', [refund(null)], []],
    ['refund_unbooked', [refund(id1)], [ownRecord(id1, 'requested')]],
    ['refunded_twice', [refund(id1), refund(id1, { id: 'again' })], [ownRecord(id1, 'succeeded')]],
    ['refund_missing', [], [ownRecord(id1, 'succeeded')]],
    ['amount_differs', [refund(id1, { amount: dong(1) })], [ownRecord(id1, 'succeeded')]],
  ])('The difference %s of a refund is found', async (kind, theirs, ours) => {
    expect(await kinds(theirs, [], ours)).toEqual([kind as never]);
  });

  test.each<[string, readonly RefundStatus[], readonly string[]]>([
    ['A refund that was shared out again is the sum of the parts that stand', ['failed', 'succeeded'], []],
    ['It is the same whichever part is read first', ['succeeded', 'failed'], []],
    ['All its parts count if none of them stands', ['failed', 'failed'], ['refund_unbooked']],
    ['Two parts that stand count together', ['succeeded', 'succeeded'], ['amount_differs']],
  ])('%s', async (_, statuses, expected) => {
    const parts = statuses.map((status, index) =>
      ownRecord(index === 0 ? id1 : id2, status, { reference: 'dp_1' }),
    );
    const lost = refund(null, { id: 'dp_1', kind: 'dispute' });
    expect(await kinds([lost], [], parts)).toEqual(expected as never);
  });

  test.each([
    [[charge(id1), charge(id1, { id: 'again', reference: 'pi_again' })]],
    [[charge(id1, { id: 'again', reference: 'pi_again' }), charge(id1)]],
    [[charge(id1, { id: 'again', reference: 'pi_again' })]],
  ])(
    'Of two charges of a payment the one that is not its own is the difference, on whichever day',
    async (theirs) => {
      const own = ownRecord(id1, 'succeeded', { reference: `pi_${id1}` });
      const { storedDifferences } = await reconcile(theirs, [own]);
      expect(storedDifferences).toMatchObject([{ kind: 'charged_twice', providerId: 'again' }]);
    },
  );

  test('A charge of the last minutes may not be recorded yet', async () => {
    const [theirs, ours] = [[charge(id1)], [ownRecord(id1, 'initiated')]] as const;
    expect(await kinds(theirs, ours, [], noon + 60_000)).toEqual([]);
    expect(await kinds(theirs, ours, [], noon + 3_600_000)).toEqual(['charge_unbooked']);
  });

  test('A charge after midnight is found for a payment from before midnight', async () => {
    const laterCharge = charge(id1, { atMs: dayStart + dayLengthMs + 60_000 });
    expect(await kinds([laterCharge], [ownRecord(id1, 'succeeded', { createdAtMs: dayEnd })])).toEqual([]);
  });

  test('A charge that was made days later, when its key was sent again, is found', async () => {
    const times = { createdAtMs: noon, updatedAtMs: dayStart + 3 * dayLengthMs };
    const theirs = [charge(id1, { atMs: dayStart + 3 * dayLengthMs - 1 })];
    expect(await kinds(theirs, [ownRecord(id1, 'succeeded', times)])).toEqual([]);
  });

  test('A refund that was made days before it was recorded is found', async () => {
    const times = { createdAtMs: dayStart - 3 * dayLengthMs, updatedAtMs: noon };
    const theirs = [refund(id1, { atMs: dayStart - 2 * dayLengthMs })];
    expect(await kinds(theirs, [], [ownRecord(id1, 'succeeded', times)])).toEqual([]);
  });

  test('Entries of the day before and the day after are not counted', async () => {
    const theirs = [charge(id1, { atMs: dayStart - 1 }), charge(id2, { atMs: dayStart + dayLengthMs })];
    expect(await reconcile(theirs)).toMatchObject({ charges: 0, differences: 0 });
  });
});
