import { describe, expect, test } from 'bun:test';
import { outcomeRecordOf, unknownResponse } from '../../core/outcomeRecord.ts';
import type { ChargeOutcome } from '../../core/provider.ts';
import { testWorld } from '../world.ts';
import { claimOf, order } from './checkouts.ts';

const paying = (id: string, type: string) =>
  order(id, { status: 'paying', product: { id: 'p', code: 'P', name: 'P', type } });

const claim = claimOf([paying('a', 'physical'), paying('b', 'digital'), paying('c', 'service')]);
const world = testWorld(5_000, 1);

const settle = (outcome: ChargeOutcome) => outcomeRecordOf(claim, outcome, 'request-7', world);

describe('what is written down', () => {
  test('of a success: the orders are paid, and each owes the work of its type', () => {
    const { response: answer, tasks, ...rest } = settle({ kind: 'succeeded', reference: 'ch_1' });
    expect(rest).toEqual({
      checkoutId: 'checkout',
      attempt: 1,
      outcome: { kind: 'succeeded', reference: 'ch_1' },
    });
    expect(answer).toEqual({
      status: 'succeeded',
      checkoutId: 'checkout',
      requestId: 'request-7',
      payment: {
        id: 'checkout',
        status: 'succeeded',
        amount: claim.amount,
        method: 'card',
        reference: 'ch_1',
        declineCode: null,
        action: null,
      },
      orders: claim.orders.map((one) => ({ ...one, status: 'paid', updatedAtMs: 5_000 })),
    });
    expect(tasks.map(({ orderId, pipeline }) => [orderId, pipeline])).toEqual([
      ['a', 'physical'],
      ['b', 'digital'],
      ['c', 'service'],
    ]);
    expect(new Set(tasks.map(({ id }) => id)).size).toBe(3);
  });

  test.each([
    [
      { kind: 'declined', declineCode: 'lost_card' },
      { status: 'declined', declineCode: 'lost_card' },
    ],
    [{ kind: 'cancelled' }, { status: 'cancelled', declineCode: null }],
  ] as const)('of %p: the orders can be paid again under another key', (outcome, payment) => {
    const settlement = settle(outcome);
    expect(settlement).toMatchObject({ outcome, tasks: [], response: { status: outcome.kind, payment } });
    expect(settlement.response?.orders.map(({ status }) => status)).toEqual([
      'pending',
      'pending',
      'pending',
    ]);
  });

  test('of a provider that was not reached: nothing is answered, and the key stays free', () => {
    expect(settle({ kind: 'unavailable', reason: 'down' })).toEqual({
      checkoutId: 'checkout',
      attempt: 1,
      outcome: { kind: 'released' },
      response: null,
      tasks: [],
    });
  });

  test('of what is not known: the orders stay as they are', () => {
    const settlement = settle({ kind: 'unknown', reason: 'timed out' });
    expect(settlement.response).toEqual(unknownResponse(claim, 'request-7'));
    expect(settlement.response).toMatchObject({ status: 'unknown', payment: { status: 'unknown' } });
    expect(settlement.response?.orders).toEqual([...claim.orders]);
    expect(settlement.tasks).toEqual([]);
  });
});
