import { describe, expect, test } from 'bun:test';
import { orderAmountMax } from '../../core/money.ts';
import { orderStatuses } from '../../core/order.ts';
import { judgeQuantity } from '../../core/orderChange.ts';
import { order } from './samples.ts';

const change = { orderId: 'a', customerId: 'an', quantity: 3 };
const four = order('a', { quantity: 4, total: { amount: 400, currency: 'VND' } });

describe('Changes of a quantity', () => {
  test('The price of a unit stays, and the history says what changed', () => {
    expect(judgeQuantity(four, change, 50)._unsafeUnwrap()).toEqual({
      order: { ...four, quantity: 3, total: { amount: 300, currency: 'VND' }, updatedAtMs: 50 },
      historyDetail: '4 → 3',
    });
  });

  test('The quantity that the order has changes nothing', () => {
    const same = judgeQuantity(four, { ...change, quantity: 4 }, 50)._unsafeUnwrap();
    expect(same).toEqual({ order: four, historyDetail: null });
  });

  test.each(orderStatuses.filter((status) => status !== 'pending'))('An order that is %s stays', (status) => {
    const refused = judgeQuantity({ ...four, status }, change, 50)._unsafeUnwrapErr();
    expect(refused).toEqual({ kind: 'order_not_pending', status });
  });

  test('An order that has expired counts as cancelled', () => {
    const { expiresAtMs } = four;
    expect(judgeQuantity(four, change, expiresAtMs - 1).isOk()).toBe(true);
    const refused = judgeQuantity(four, change, expiresAtMs)._unsafeUnwrapErr();
    expect(refused).toEqual({ kind: 'order_not_pending', status: 'cancelled' });
  });

  test('A missing order looks as another customer’s does', () => {
    const stranger = judgeQuantity(four, { ...change, customerId: 'minh' }, 50)._unsafeUnwrapErr();
    expect(stranger).toEqual({ kind: 'not_found' });
    expect(judgeQuantity(null, change, 50)._unsafeUnwrapErr()).toEqual(stranger);
  });

  test('A total that is too large is refused', () => {
    const dear = order('a', { total: { amount: orderAmountMax, currency: 'VND' } });
    const refused = judgeQuantity(dear, { ...change, quantity: 2 }, 50)._unsafeUnwrapErr();
    expect(refused).toEqual({ kind: 'amount_too_large' });
  });
});
