import { describe, expect, test } from 'bun:test';
import { orderStatuses } from '../../core/order.ts';
import { ordersThatLeak, productsThatDiffer } from '../../core/stockCheck.ts';

describe('The comparison of the stock', () => {
  test('A product differs unless its delivered units are left, reserved or sold', () => {
    const right = { productId: 'right', delivered: 10, units: 5, reserved: 3, sold: 2 };
    const wrong = { ...right, productId: 'wrong', sold: 1 };
    expect(productsThatDiffer([right, wrong])).toEqual([
      { id: 'wrong', orderId: null, detail: '10 delivered, but 5 left, 3 reserved and 1 sold' },
    ]);
  });

  test('An order leaks if it holds units in a status that holds none', () => {
    const leaking = (keeps: boolean, held: number) =>
      ordersThatLeak(orderStatuses.map((status) => ({ orderId: status, status, held, keeps }))).map(
        ({ id }) => id,
      );
    expect(leaking(false, 2)).toEqual(['pending', 'cancelled', 'refunded']);
    expect(leaking(true, 2)).toEqual(['pending', 'cancelled']);
    expect(leaking(false, 0)).toEqual([]);
  });

  test('A leak names the order, its status and what it holds', () => {
    expect(ordersThatLeak([{ orderId: 'a', status: 'cancelled', held: 2, keeps: false }])).toEqual([
      { id: 'a', orderId: 'a', detail: 'cancelled, but holds 2' },
    ]);
  });
});
