import { describe, expect, test } from 'bun:test';
import { createPayWish } from '../../web/shared/payWish.ts';
import { memoryStore } from './ports.ts';

const wish = { orderIds: ['o1', 'o2'], method: 'card' };

describe('A wish to pay', () => {
  test('It is taken once, so a reload does not pay again', () => {
    const wishes = createPayWish(memoryStore(), 'c1');
    wishes.put(wish);
    expect(wishes.take()).toEqual(wish);
    expect(wishes.take()).toBeNull();
  });

  test('It may leave the method to the payment page', () => {
    const wishes = createPayWish(memoryStore(), 'c1');
    wishes.put({ orderIds: ['o1'], method: null });
    expect(wishes.take()).toEqual({ orderIds: ['o1'], method: null });
  });

  test('It is that of one customer', () => {
    const own = memoryStore();
    createPayWish(own, 'c1').put(wish);
    expect(createPayWish(own, 'c2').take()).toBeNull();
    expect(createPayWish(own, 'c1').take()).toEqual(wish);
  });

  test.each(['', 'x', '1', 'null', '{}', '{"orderIds":[],"method":null}', '{"orderIds":[1],"method":null}'])(
    'What no page of ours has written is no wish: %p',
    (text) => {
      const own = memoryStore();
      own.set('cw.pay-wish c1', text);
      expect(createPayWish(own, 'c1').take()).toBeNull();
    },
  );
});
