import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import type { StoredRefund } from '../../core/adoptRefunds.ts';
import { planRedistribution } from '../../core/redistributeRefunds.ts';
import type { Refund, RefundOrigin, RefundStatus } from '../../core/refund.ts';

type Sketch = {
  readonly order: number;
  readonly amount: number;
  readonly origin: RefundOrigin;
  readonly status: RefundStatus;
  readonly reference: string;
};

const stored = ({ order, amount, origin, status, reference }: Sketch, at: number): StoredRefund => ({
  reference,
  refund: {
    ...{ id: `refund ${String(at).padStart(2, '0')}`, orderId: `order ${order}`, paymentId: 'payment' },
    ...{ amount: { amount, currency: 'VND' }, origin, status, reason: 'a reason', restock: null },
    ...{ creditNote: 'CN-2026-000001', creditedLine: { invoice: '2026-000001', line: 1 }, error: null },
    ...{ createdAtMs: 7, updatedAtMs: 8 },
  },
});

const ordersOf = (amounts: readonly number[]) =>
  amounts.map((amount, index) => ({ id: `order ${index}`, total: { amount, currency: 'VND' } }));

const plan = (amounts: readonly number[], refunds: readonly StoredRefund[]) => {
  let last = 0;
  return planRedistribution({ orders: ordersOf(amounts), refunds }, () => `new ${++last}`, 100);
};

/** The refunds of which the money has left, after the plan is carried out. */
const carryOut = (
  refunds: readonly StoredRefund[],
  { replaced, parts }: ReturnType<typeof plan>,
): readonly StoredRefund[] => [
  ...refunds.filter(({ refund: { id, status } }) => status === 'succeeded' && !replaced.includes(id)),
  ...parts,
];

const sumOf = (refunds: readonly StoredRefund[], isCounted: (each: StoredRefund) => boolean): number =>
  refunds.filter(isCounted).reduce((sum, { refund }) => sum + refund.amount.amount, 0);

const lost = { origin: 'dispute', status: 'succeeded', reference: 'dp_1' } as const;

describe('What is shared out again when a refund has failed', () => {
  test('The newest part of what an order has too much moves, and is replaced by new ones', () => {
    const refunds = [
      stored({ ...lost, order: 1, amount: 150 }, 1),
      stored({ ...lost, order: 1, amount: 90, reference: 'dp_2' }, 2),
      stored({ ...lost, order: 0, amount: 60 }, 3),
    ];
    const { replaced, parts } = plan([100, 200], refunds);
    expect(replaced).toEqual(['refund 02']);
    const common: Omit<Refund, 'id' | 'orderId' | 'amount'> = {
      ...{ paymentId: 'payment', origin: 'dispute', status: 'requested', reason: 'a reason' },
      ...{ restock: null, creditNote: null, creditedLine: null, error: null },
      ...{ createdAtMs: 7, updatedAtMs: 100 },
    };
    const part = (id: string, orderId: string, amount: number) => ({
      refund: { ...common, id, orderId, amount: { amount, currency: 'VND' } },
      ...{ reference: 'dp_2', isNew: true },
    });
    expect(parts).toEqual([part('new 1', 'order 1', 50), part('new 2', 'order 0', 40)]);
  });

  test.each<[string, readonly number[], readonly Sketch[]]>([
    ['no order has too much', [100, 200], [{ ...lost, order: 1, amount: 200 }]],
    ['no order has anything left', [100], [{ ...lost, order: 0, amount: 130 }]],
    [
      'the refund that is too much is of ours',
      [100, 200],
      [{ ...lost, origin: 'operator', order: 1, amount: 240 }],
    ],
    ['what is too much has not left', [100, 200], [{ ...lost, status: 'requested', order: 1, amount: 240 }]],
    ['what is too much has failed', [100, 200], [{ ...lost, status: 'failed', order: 1, amount: 240 }]],
  ])('Nothing moves if %s', (_, amounts, sketches) => {
    expect(plan(amounts, sketches.map(stored))).toEqual({ replaced: [], parts: [] });
  });

  test('Each reference keeps its sum, no order gets more than it has left, and nothing is left to move', () => {
    const amount = fc.integer({ min: 1, max: 300 });
    const sketch = fc.record({
      order: fc.nat(3),
      amount,
      origin: fc.constantFrom<RefundOrigin>('operator', 'system', 'provider', 'dispute'),
      status: fc.constantFrom<RefundStatus>('succeeded', 'succeeded', 'succeeded', 'requested', 'failed'),
      reference: fc.constantFrom('one', 'two', 'three'),
    });
    const charge = fc.tuple(
      fc.array(amount, { minLength: 4, maxLength: 4 }),
      fc.array(sketch, { maxLength: 9 }),
    );
    fc.assert(
      fc.property(charge, ([amounts, sketches]) => {
        const before = sketches.map(stored);
        const planned = plan(amounts, before);
        const after = carryOut(before, planned);
        const hasLeft = ({ refund }: StoredRefund) => refund.status === 'succeeded';
        for (const reference of ['one', 'two', 'three'])
          expect(sumOf(after, (each) => each.reference === reference)).toBe(
            sumOf(before, (each) => each.reference === reference && hasLeft(each)),
          );
        expect(planned.parts.every(({ refund }) => refund.amount.amount > 0)).toBe(true);
        for (const [index, total] of amounts.entries()) {
          const isOf = ({ refund }: StoredRefund) => refund.orderId === `order ${index}`;
          const [was, is] = [sumOf(before, (each) => isOf(each) && hasLeft(each)), sumOf(after, isOf)];
          expect(is).toBeLessThanOrEqual(Math.max(was, total));
          expect(is).toBeGreaterThanOrEqual(Math.min(was, total));
        }
        expect(
          plan(
            amounts,
            after.map(({ refund, reference }) => ({
              refund: { ...refund, status: 'succeeded' },
              reference,
            })),
          ),
        ).toEqual({ replaced: [], parts: [] });
      }),
      { numRuns: 500, seed: 1 },
    );
  });
});
