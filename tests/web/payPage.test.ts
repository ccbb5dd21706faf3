import { describe, expect, test } from 'bun:test';
import { loadOrders } from '../../web/shared/payOrders.ts';
import {
  checkoutIdOfPath,
  checkoutIdOfState,
  isMoving,
  orderIdsOfState,
  payAddress,
  safeRedirect,
} from '../../web/shared/payPage.ts';
import { type Attempt, followed, type PayState, type ShownCheckout } from '../../web/shared/payStates.ts';
import type { Order, OrderDetail } from '../../web/shared/types.ts';

const attempt: Attempt = {
  key: 'k1',
  orderIds: ['o1', 'o2'],
  method: 'card',
  checkoutId: null,
  startedAtMs: 0,
  unansweredAtMs: null,
  sends: 1,
};
const orderOf = (id: string) => ({ id, status: 'paid' }) as Order;
const checkout = { checkoutId: 'c1', orders: [orderOf('o3')] } as unknown as ShownCheckout;

describe('The address of a payment', () => {
  test.each<[string, string | null]>([
    ['/shop/checkouts/01a-b_c', '01a-b_c'],
    ['/shop/checkouts/01a/', '01a'],
    ['/shop/pay', null],
    ['/shop/checkouts/', null],
    ['/shop/checkouts/a/b', null],
    ['/shop/checkouts/..%2Forders', null],
  ])('%s names %p', (path, id) => {
    expect(checkoutIdOfPath(path)).toBe(id);
  });

  test.each<[string, PayState, string]>([
    ['before an answer', { phase: 'asking', attempt, isNew: true, tries: 0 }, '/shop/pay'],
    ['while the outcome is not known', followed(attempt, 'c1'), '/shop/checkouts/c1'],
    ['once it is paid', { phase: 'paid', attempt, checkout }, '/shop/checkouts/c1'],
    [
      'after a decline',
      { phase: 'declined', attempt, checkoutId: 'c1', declineCode: 'card_declined' },
      '/shop/checkouts/c1',
    ],
    [
      'for an attempt that has a checkout already',
      { phase: 'signed_out', attempt: { ...attempt, checkoutId: 'c1' }, checkoutId: null },
      '/shop/checkouts/c1',
    ],
    ['without a payment', { phase: 'idle' }, '/shop/pay'],
  ])('It shows the same payment again %s', (_, state, address) => {
    expect(payAddress(state, '/shop/pay')).toBe(address);
    expect(checkoutIdOfPath(address)).toBe(checkoutIdOfState(state));
  });

  test('The orders are those of the attempt, or else of the checkout', () => {
    expect(orderIdsOfState({ phase: 'paid', attempt, checkout })).toEqual(['o1', 'o2']);
    expect(orderIdsOfState({ phase: 'paid', attempt: null, checkout })).toEqual(['o3']);
    expect(orderIdsOfState(followed(null, 'c1'))).toEqual([]);
  });
});

describe('A paid checkout', () => {
  test('It moves until each of its orders has come to an end', () => {
    expect(isMoving([{ status: 'completed' }, { status: 'paid' }])).toBe(true);
    expect(isMoving([{ status: 'completed' }, { status: 'failed' }, { status: 'refunded' }])).toBe(false);
  });
});

describe('The page of a bank', () => {
  test.each<[string | null, boolean]>([
    ['https://bank.example/3ds?x=1', true],
    ['http://localhost:9/x', true],
    ['javascript:alert(1)', false],
    ['data:text/html,x', false],
    ['//bank.example', false],
    ['', false],
    [null, false],
  ])('%p is one: %p', (url, isOne) => {
    expect(safeRedirect(url)).toBe(isOne ? url : null);
  });
});

describe('The orders of a payment', () => {
  const ok = <Value>(value: Value) =>
    ({ kind: 'ok', value, status: 200, requestId: 'r', replayed: false }) as const;

  test('One that the shop does not have is left out, and is no failure', async () => {
    const problem = {
      status: 404,
      code: 'not_found',
      title: '',
      detail: '',
      instance: 'r',
      retryAfterMs: null,
    };
    const api = {
      orders: async () => ok({ items: [orderOf('o1')], nextCursor: null }),
      order: async () => ({ kind: 'problem', problem }) as const,
    };
    expect(await loadOrders(api, ['o1', 'o2'])).toEqual({ orders: [orderOf('o1')], failure: null });
  });

  test('Those that are not among the newest are asked for, and it is known that one did not come', async () => {
    const asked: string[] = [];
    const found = await loadOrders(
      {
        orders: async () => ok({ items: [orderOf('o5'), orderOf('o1')], nextCursor: null }),
        order: async (id) => {
          asked.push(id);
          return id === 'o2'
            ? ok(orderOf(id) as OrderDetail)
            : { kind: 'lost', requestId: 'r', retryAfterMs: null };
        },
      },
      ['o1', 'o2', 'o3'],
    );
    expect(found.orders.map(({ id }) => id)).toEqual(['o1', 'o2']);
    expect(found.failure?.kind).toBe('lost');
    expect(asked).toEqual(['o2', 'o3']);
  });
});
