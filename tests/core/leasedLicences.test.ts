import { describe, expect, test } from 'bun:test';
import { leaseOrders, mailedKeysMax } from '../../core/leasedLicences.ts';
import { receiptMail } from '../../core/mail.ts';
import { order } from './samples.ts';

describe('The licence keys of a lease', () => {
  const keysOf = (orderId: string, most: number) =>
    Array.from({ length: Math.min(most, 1_000_000) }, (_, unit) => `${orderId}-${unit}`);

  test('A lease reads no more keys than a mail lists, and says how many there are', () => {
    const asked: number[] = [];
    const orders = leaseOrders(
      [order('one', { quantity: 1_000_000 }), order('two', { quantity: 7 })],
      (orderId, most) => {
        asked.push(most);
        return keysOf(orderId, most);
      },
    );
    expect(asked).toEqual([mailedKeysMax + 1, 1]);
    expect(orders.map(({ licences, licenceCount }) => [licences.length, licenceCount])).toEqual([
      [mailedKeysMax, 1_000_000],
      [0, 7],
    ]);
  });

  test('An order with as many keys as a mail lists, and one without keys, have no count', () => {
    const all = leaseOrders([order('one'), order('two')], (orderId) =>
      orderId === 'one' ? keysOf(orderId, mailedKeysMax) : [],
    );
    for (const leased of all) expect(leased).not.toHaveProperty('licenceCount');
  });

  test('The mail about a million licences is small, and says how many others there are and where', () => {
    const orders = leaseOrders([order('one', { quantity: 1_000_000 })], keysOf);
    const { text, html } = receiptMail(
      {
        ...{ checkoutId: 'checkout-1', orders, contact: { email: 'an@example.com', language: 'en' } },
        ...{ invoiceNumber: null, attachments: [], references: [] },
      },
      '<1@x>',
    );
    for (const body of [text, html]) {
      expect(body).toContain('Other keys, see your order');
      expect(body).toContain('999500');
      expect(body.length).toBeLessThan(200_000);
    }
  });
});
