import { describe, expect, test } from 'bun:test';
import { withoutPeople } from '../../core/withoutPeople.ts';

describe('What is stored of a provider’s event', () => {
  test('The stored event has no member that names a person, and no address in any text', () => {
    const object = {
      id: 'ch_1',
      object: 'charge',
      amount: 199_000,
      billing_details: { name: 'Lan', email: 'lan@example.com', address: { line1: '1 Phố Huế' } },
      receipt_email: 'lan@example.com',
      description: 'Order of lan@example.com, urgent',
      metadata: { payment_id: 'p-1' },
      outcomes: [{ seller_message: 'sent to <lan@example.com>' }],
    };
    const stored = withoutPeople(JSON.stringify({ id: 'evt_1', data: { object } }));
    expect(stored).not.toContain('lan@');
    expect(stored).not.toContain('Phố Huế');
    expect(JSON.parse(stored)).toEqual({
      id: 'evt_1',
      data: {
        object: {
          ...{ id: 'ch_1', object: 'charge', amount: 199_000, billing_details: null, receipt_email: null },
          description: 'Order of [removed], urgent',
          metadata: { payment_id: 'p-1' },
          outcomes: [{ seller_message: 'sent to <[removed]>' }],
        },
      },
    });
  });

  test('A body that is no JSON is not stored', () => {
    expect(withoutPeople('lan@example.com')).toBe('');
  });
});
