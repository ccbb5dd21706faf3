import { describe, expect, test } from 'bun:test';
import { createQuantityChanges, withQuantity } from '../../web/shared/changeQuantity.ts';
import { loadOlderOrders } from '../../web/shared/olderOrders.ts';
import { loadEarlierStates } from '../../web/shared/orderHistory.ts';
import { haveOtherTotals } from '../../web/shared/otherTotals.ts';
import type { Outcome } from '../../web/shared/outcome.ts';
import { createPictures } from '../../web/shared/pictures.ts';
import type { List, Order, OrderStatus, Product } from '../../web/shared/types.ts';
import { keepWish, takeWish } from '../../web/shop/wish.ts';
import { createAnswers, lost, ok, orderOf } from './answers.ts';
import { memoryStore } from './ports.ts';

test.each([
  ['as they are shown', ok({ items: [orderOf('o1'), orderOf('o2', 'pending', 2)], nextCursor: null }), false],
  ['of another quantity', ok({ items: [orderOf('o1', 'pending', 3)], nextCursor: null }), true],
  ['gone, which the shop says itself', ok({ items: [], nextCursor: null }), false],
  ['not known', lost, false],
])('Before a payment its orders are %s', async (_, answer, isOther) => {
  const api = { orders: async () => answer as Outcome<List<Order>> };
  expect(await haveOtherTotals(api, [orderOf('o1'), orderOf('o2', 'pending', 2)])).toBe(isOther);
});

describe('A change of quantity', () => {
  const createFixture = () => {
    const sent: number[] = [];
    const stored: number[] = [];
    const answers = createAnswers<Order>();
    const changes = createQuantityChanges({
      changeQuantity: (_, quantity) => {
        sent.push(quantity);
        return answers.ask();
      },
      onStored: ({ quantity }) => stored.push(quantity),
      show: () => undefined,
    });
    return { sent, stored, changes, ...answers };
  };

  test('Fast presses are two requests, one after the other, and the last wish is stored', async () => {
    const { sent, stored, changes, answer } = createFixture();
    const done = changes.change('o', 2);
    expect(await changes.change('o', 3)).toBeNull();
    expect(await changes.change('o', 4)).toBeNull();
    expect([sent, changes.wanted('o'), changes.isSaving()]).toEqual([[2], 4, true]);
    await answer(0, ok(orderOf('o', 'pending', 2)));
    expect([sent, stored, changes.isSaving()]).toEqual([[2, 4], [], true]);
    await answer(1, ok(orderOf('o', 'pending', 4)));
    expect([(await done)?.kind, stored, changes.wanted('o'), changes.isSaving()]).toEqual([
      'ok',
      [4],
      null,
      false,
    ]);
  });

  test('A refusal ends it, and two orders do not wait for each other', async () => {
    const { sent, stored, changes, answer } = createFixture();
    const first = changes.change('o', 2);
    void changes.change('p', 7);
    void changes.change('o', 9);
    await answer(0, lost);
    expect([(await first)?.kind, changes.wanted('o'), changes.wanted('p')]).toEqual(['lost', null, 7]);
    expect([sent, stored]).toEqual([[2, 7], []]);
  });

  test('The total of a wish is exact', () => {
    expect(withQuantity(orderOf('o', 'pending', 3), 5).total.amount).toBe(500);
    expect(withQuantity(orderOf('o', 'pending', 3), null).total.amount).toBe(300);
  });
});

describe('The list of older orders', () => {
  const { signal } = new AbortController();
  const all = (...pages: readonly (readonly OrderStatus[])[]) => {
    const asked: unknown[] = [];
    const api = {
      orders: async (query: { readonly cursor?: string | null }): Promise<Outcome<List<Order>>> => {
        asked.push(query);
        const page = Number(query.cursor ?? 0);
        const items = (pages[page] ?? []).map((status, index) => orderOf(`${page}-${index}`, status));
        return ok({ items, nextCursor: page + 1 < pages.length ? String(page + 1) : null });
      },
    };
    return { api, asked };
  };
  const question = { query: '', filter: '', cursor: null };

  test('It leaves out what waits in the cart, and goes on where a page had nothing else', async () => {
    const { api, asked } = all(['pending', 'pending'], ['pending', 'paid'], ['completed']);
    const outcome = await loadOlderOrders(api, question, signal);
    if (outcome.kind !== 'ok') throw new Error('refused');
    expect(outcome.value.items.map(({ status }) => status)).toEqual(['paid', 'completed']);
    expect([outcome.value.nextCursor, asked.length]).toEqual([null, 3]);
  });

  test('A page that is full enough is one request, with the next cursor', async () => {
    const { api, asked } = all(
      Array.from({ length: 20 }, () => 'paid' as const),
      ['paid'],
    );
    const outcome = await loadOlderOrders(api, { query: 'ao', filter: 'paid', cursor: null }, signal);
    expect(outcome).toMatchObject({ value: { nextCursor: '1' } });
    expect(asked).toEqual([{ q: 'ao', status: 'paid', cursor: null, limit: 20 }]);
  });

  test('A status that nobody knows is no filter', async () => {
    const { api, asked } = all(['paid']);
    await loadOlderOrders(api, { ...question, filter: 'pending' }, signal);
    await loadOlderOrders(api, { ...question, filter: '<x>' }, signal);
    expect(asked).toEqual([expect.objectContaining({ status: '' }), expect.objectContaining({ status: '' })]);
  });
});

describe('The earlier states of an order', () => {
  const state = (seq: number) => ({ seq, state: 'retried', at: '', detail: null });

  test('They are loaded in pages up to the first that came with the order', async () => {
    const api = {
      orderHistory: async (_: string, { cursor }: { readonly cursor: string | null }) =>
        ok(
          cursor === null
            ? { items: [state(1), state(2)], nextCursor: 'c' }
            : { items: [state(3), state(4), state(5)], nextCursor: 'd' },
        ),
    };
    const earlier = await loadEarlierStates(api, { id: 'o', history: [state(4)] });
    expect(earlier?.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(await loadEarlierStates(api, { id: 'o', history: [state(1)] })).toEqual([]);
  });

  test('Where they do not come, that is known', async () => {
    const api = { orderHistory: async () => lost };
    expect(await loadEarlierStates(api, { id: 'o', history: [state(4)] })).toBeNull();
  });
});

describe('The pictures of ordered products', () => {
  test('Each product is asked for once, three at a time, and not at all where a list had it', async () => {
    const answers = createAnswers<Product>();
    const asked: string[] = [];
    let known: ReadonlyMap<string, string | null> = new Map();
    const pictures = createPictures({
      product: (id) => {
        asked.push(id);
        return answers.ask();
      },
      show: (next) => {
        known = next;
      },
    });
    pictures.learn([{ id: 'a', imageUrl: '/images/a.svg' }]);
    pictures.want(['a', 'b', 'c', 'd', 'e', 'b']);
    expect(asked).toEqual(['b', 'c', 'd']);
    await answers.answer(0, ok({ id: 'b', imageUrl: null } as Product));
    await answers.answer(1, lost);
    expect(asked).toEqual(['b', 'c', 'd', 'e']);
    pictures.want(['b', 'c']);
    expect(asked).toHaveLength(4);
    expect([...known]).toEqual([
      ['a', '/images/a.svg'],
      ['b', null],
    ]);
  });
});

describe('What was to be added before sign-in', () => {
  const wish = { productId: 'p', quantity: 2, name: 'Áo thun nam' };

  test('It is taken once, and forgotten after ten minutes', () => {
    const store = memoryStore();
    keepWish(wish, store, 0);
    expect([takeWish(store, 1_000), takeWish(store, 1_000)]).toEqual([wish, null]);
    keepWish(wish, store, 0);
    expect(takeWish(store, 10 * 60_000)).toBeNull();
  });

  test.each(['{', 'null', '{"productId":"p","quantity":-1,"name":"","atMs":0}', '[]'])(
    'The entry %p is no wish',
    (text) => {
      const store = memoryStore();
      store.set('cw.wish', text);
      expect(takeWish(store, 0)).toBeNull();
    },
  );
});
