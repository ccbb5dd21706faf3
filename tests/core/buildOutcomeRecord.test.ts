import { describe, expect, test } from 'bun:test';
import { buildOutcomeRecord, unknownResponse } from '../../core/buildOutcomeRecord.ts';
import type { ChargeOutcome } from '../../core/provider.ts';
import { createTestWorld } from '../world.ts';
import { claimOf, order } from './samples.ts';

const paying = (id: string, type: string) =>
  order(id, { status: 'paying', product: { id: 'p', code: 'P', name: 'P', type } });

const claim = claimOf([paying('a', 'physical'), paying('b', 'digital'), paying('c', 'service')]);
const world = createTestWorld(5_000, 1);

const recordOf = (outcome: ChargeOutcome) => buildOutcomeRecord(claim, outcome, 'request-7', world);

describe('Outcome records', () => {
  test('The record of a success pays the orders, and has a task of the right pipeline for each', () => {
    const { response, tasks, ...rest } = recordOf({ kind: 'succeeded', reference: 'ch_1' });
    expect(rest).toEqual({
      checkoutId: 'checkout',
      attempt: 1,
      outcome: { kind: 'succeeded', reference: 'ch_1' },
    });
    expect(response).toEqual({
      status: 'succeeded',
      checkoutId: 'checkout',
      number: 'T-1',
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
    expect(tasks.map(({ orderIds, pipeline }) => [orderIds.join(), pipeline])).toEqual([
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
  ] as const)('The record of %p makes the orders payable again under another key', (outcome, payment) => {
    const record = recordOf(outcome);
    expect(record).toMatchObject({ outcome, tasks: [], response: { status: outcome.kind, payment } });
    expect(record.response?.orders.map(({ status }) => status)).toEqual(['pending', 'pending', 'pending']);
  });

  test('The record of an unavailable provider has no response, so the key can be sent again', () => {
    expect(recordOf({ kind: 'unavailable', reason: 'down' })).toEqual({
      checkoutId: 'checkout',
      attempt: 1,
      outcome: { kind: 'released' },
      response: null,
      tasks: [],
    });
  });

  test('The record of an unknown outcome does not change the orders', () => {
    const record = recordOf({ kind: 'unknown', reason: 'timed out' });
    expect(record.response).toEqual(unknownResponse(claim, 'request-7'));
    expect(record.response).toMatchObject({ status: 'unknown', payment: { status: 'unknown' } });
    expect(record.response?.orders).toEqual([...claim.orders]);
    expect(record.tasks).toEqual([]);
  });
});
