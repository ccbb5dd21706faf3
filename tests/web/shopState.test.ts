import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { createAddToCart } from '../../web/shared/addToCart.ts';
import {
  ordersMax,
  type PayObstacle,
  payableOf,
  type Selection,
  selectionOf,
} from '../../web/shared/cart.ts';
import type { Outcome } from '../../web/shared/outcome.ts';
import type { Attempt } from '../../web/shared/payStates.ts';
import { createTicks, loadCart } from '../../web/shared/pendingOrders.ts';
import { createSearch, type Question, type SearchPorts, type SearchState } from '../../web/shared/search.ts';
import type { List, Order, OrderStatus } from '../../web/shared/types.ts';
import { flush } from './modelBrowser.ts';
import { createTimers, memoryStore } from './ports.ts';

const ok = <Value>(value: Value): Outcome<Value> => ({
  kind: 'ok',
  value,
  status: 200,
  requestId: 'r',
  replayed: false,
});
const lost = { kind: 'lost', requestId: 'r', retryAfterMs: null } as const;

const createSearchFixture = () => {
  const timers = createTimers();
  const addresses: string[] = [];
  const asked: (Question & {
    readonly signal: AbortSignal;
    readonly answer: (outcome: Outcome<List<string>>) => void;
  })[] = [];
  const shown: SearchState<string>[] = [];
  const ports: SearchPorts<string> = {
    ask: (question, signal) =>
      new Promise((answer) => {
        asked.push({ ...question, signal, answer });
      }),
    setTimer: timers.setTimer,
    show: (state) => shown.push(state),
    onAsk: ({ query, cursor }) => addresses.push(`${query} ${cursor}`),
    recall: ({ query }) => (query === 'known' ? { items: ['kept'], nextCursor: 'c9' } : null),
  };
  const search = createSearch(ports);
  const answer = async (index: number, items: readonly string[], nextCursor: string | null = null) => {
    asked[index]?.answer(ok({ items, nextCursor }));
    await flush();
  };
  return { timers, asked, addresses, shown, search, answer };
};

describe('A search as one types', () => {
  test('It asks once for a word that is typed fast', () => {
    const { timers, asked, search } = createSearchFixture();
    for (const query of ['á', 'áo', 'áo ']) search.type(query);
    expect([asked.length, timers.due.length]).toEqual([0, 1]);
    timers.fire();
    expect(asked.map(({ query }) => query)).toEqual(['áo']);
  });

  test('The newest question wins, even where an older answer comes later', async () => {
    const { timers, asked, search, answer } = createSearchFixture();
    search.type('a');
    timers.fire();
    search.type('ab');
    expect(asked[0]?.signal.aborted).toBe(true);
    timers.fire();
    await answer(1, ['ab']);
    await answer(0, ['a']);
    expect(search.state()).toMatchObject({ query: 'ab', items: ['ab'], isLoading: false });
  });

  test('The old list stays while the new one is loaded', async () => {
    const { search, timers, answer } = createSearchFixture();
    void search.load();
    await answer(0, ['all']);
    search.type('a');
    expect(search.state()).toMatchObject({ items: ['all'], isLoading: true });
    timers.fire();
    await answer(1, []);
    expect(search.state()).toMatchObject({ items: [], isLoading: false });
  });

  test('Enter asks at once, and only once', () => {
    const { timers, asked, search } = createSearchFixture();
    search.type('a');
    void search.load();
    timers.fire();
    expect(asked).toHaveLength(1);
  });

  test('A failure keeps the list, and trying again ends it', async () => {
    const { asked, search, answer } = createSearchFixture();
    void search.load();
    await answer(0, ['all']);
    void search.load();
    asked[1]?.answer(lost);
    await flush();
    expect(search.state()).toMatchObject({ items: ['all'], failure: lost, isLoading: false });
    void search.load();
    await answer(2, ['all']);
    expect(search.state().failure).toBeNull();
  });

  test('An address is asked for at once, with its filter and its page', async () => {
    const { asked, search, answer } = createSearchFixture();
    void search.open({ query: 'ao', filter: 'digital', cursor: 'c1' });
    await answer(0, ['a'], 'c2');
    expect(asked[0]).toMatchObject({ query: 'ao', filter: 'digital', cursor: 'c1' });
    expect(search.state()).toMatchObject({ query: 'ao', items: ['a'], nextCursor: 'c2' });
  });

  test('What is typed goes into the address when it is asked, and leads to the first page', async () => {
    const { timers, asked, addresses, search, answer } = createSearchFixture();
    void search.open({ query: 'ao', filter: 'digital', cursor: 'c1' });
    await answer(0, ['a']);
    search.type('dong');
    expect(addresses).toEqual([]);
    timers.fire();
    expect(addresses).toEqual(['dong null']);
    void search.open({ query: 'dong', filter: 'digital', cursor: null });
    expect(asked).toHaveLength(2);
    expect(asked[1]).toMatchObject({ query: 'dong', filter: 'digital', cursor: null });
  });

  test('Back asks for the older question again, and trying again does not change the address', async () => {
    const { asked, addresses, search, answer } = createSearchFixture();
    void search.open({ query: 'ao', filter: '', cursor: null });
    await answer(0, ['a']);
    void search.open({ query: '', filter: '', cursor: null });
    await answer(1, ['all']);
    void search.load();
    expect([asked.map(({ query }) => query), addresses]).toEqual([['ao', '', ''], []]);
    expect(search.state().query).toBe('');
  });

  test('A page that was seen before is there while it is asked for again', () => {
    const { asked, search } = createSearchFixture();
    void search.open({ query: 'known', filter: '', cursor: null });
    expect(search.state()).toMatchObject({ items: ['kept'], nextCursor: 'c9', isLoading: true });
    expect(asked).toHaveLength(1);
  });

  test('A page that was left hears nothing any more', async () => {
    const { shown, search, answer } = createSearchFixture();
    void search.load();
    search.close();
    await answer(0, ['a']);
    expect(shown.at(-1)?.items).toBeNull();
  });
});

const orderOf = (id: string, status: OrderStatus = 'pending', currency = 'VND') => ({
  id,
  status,
  expiresAt: '2026-01-02T00:00:00.000Z',
  total: { amount: 10, currency },
});
const nowMs = Date.parse('2026-01-01T00:00:00.000Z');
const attemptOf = (orderIds: readonly string[]): Attempt => ({
  key: 'k',
  orderIds,
  method: 'card',
  checkoutId: null,
  startedAtMs: 0,
  unansweredAtMs: null,
  sends: 0,
});
const idsOf = (orders: readonly { readonly id: string }[]) => orders.map(({ id }) => id);

describe('The cart', () => {
  test('Only pending orders that have not expired and have no open attempt can be paid', () => {
    const orders = [
      orderOf('free'),
      orderOf('paid', 'paid'),
      { ...orderOf('expired'), expiresAt: '2026-01-01T00:00:00.000Z' },
      orderOf('asked'),
    ];
    expect(idsOf(payableOf(orders, [attemptOf(['asked', 'x'])], nowMs))).toEqual(['free']);
  });

  test('What cannot be paid is never chosen, whatever was ticked before', () => {
    const statuses = fc.constantFrom<OrderStatus>('pending', 'paying', 'paid', 'cancelled');
    fc.assert(
      fc.property(fc.array(statuses, { maxLength: 6 }), fc.array(fc.nat(6)), (found, unticked) => {
        const orders = found.map((status, index) => orderOf(`o${index}`, status));
        const left = new Set(unticked.map((index) => `o${index}`));
        const { orders: chosen } = selectionOf(payableOf(orders, [], nowMs), left);
        for (const { id, status } of orders)
          expect(idsOf(chosen).includes(id)).toBe(status === 'pending' && !left.has(id));
      }),
    );
  });

  test.each<[string, readonly ReturnType<typeof orderOf>[], PayObstacle | null]>([
    ['nothing', [], 'nothing_chosen'],
    ['two currencies', [orderOf('a'), orderOf('b', 'pending', 'USD')], 'two_currencies'],
    ['too many', Array.from({ length: ordersMax + 1 }, (_, at) => orderOf(`o${at}`)), 'too_many'],
    ['as many as a checkout takes', Array.from({ length: ordersMax }, (_, at) => orderOf(`o${at}`)), null],
  ])('A selection of %s says whether it can be paid', (_, orders, obstacle) => {
    const selection: Selection<ReturnType<typeof orderOf>> = selectionOf(orders, new Set());
    expect(selection.obstacle).toBe(obstacle);
  });

  test('Ticks are remembered for each customer, and what is new is ticked', () => {
    const store = memoryStore();
    createTicks(store, 'ann').tick('o1', false);
    const ticks = createTicks(store, 'ann');
    expect(idsOf(selectionOf([orderOf('o1'), orderOf('new')], ticks.unticked()).orders)).toEqual(['new']);
    expect(createTicks(store, 'an').unticked().size).toBe(0);
    ticks.tick('o1', true);
    expect(ticks.unticked().size).toBe(0);
  });

  test('All can be ticked and unticked, and what is gone is forgotten', () => {
    const ticks = createTicks(memoryStore(), 'ann');
    ticks.tickAll(['o1', 'o2'], false);
    expect([...ticks.unticked()]).toEqual(['o1', 'o2']);
    ticks.prune(['o2', 'o3']);
    expect([...ticks.unticked()]).toEqual(['o2']);
    ticks.tickAll(['o2', 'o3'], true);
    expect(ticks.unticked().size).toBe(0);
  });

  test.each(['{', '"x"', '[1, null]'])('The entry %p is no tick', (text) => {
    const store = memoryStore();
    store.set('cw.unticked ann', text);
    expect(createTicks(store, 'ann').unticked().size).toBe(0);
  });

  test('It is loaded whole, or not at all', async () => {
    const pages = [ok({ items: [{ id: 'o1' }] as Order[], nextCursor: 'c1' }), lost];
    const cursors: (string | null | undefined)[] = [];
    const api = {
      orders: async ({ cursor }: { readonly cursor?: string | null }) => {
        cursors.push(cursor);
        return pages.shift() ?? ok({ items: [{ id: 'o2' }] as Order[], nextCursor: null });
      },
    };
    expect(await loadCart(api)).toEqual(lost);
    pages.push(ok({ items: [{ id: 'o1' }] as Order[], nextCursor: 'c1' }));
    const cart = await loadCart(api);
    expect(cart.kind === 'ok' ? idsOf(cart.value) : []).toEqual(['o1', 'o2']);
    expect(cursors).toEqual([null, 'c1', null, 'c1']);
  });
});

describe('Add to cart', () => {
  const createFixture = (...answers: Outcome<Order>[]) => {
    const keys: string[] = [];
    let made = 0;
    const adder = createAddToCart(
      async (_product, _quantity, key) => {
        keys.push(key);
        return answers.shift() ?? ok({ id: 'o1' } as Order);
      },
      () => `k${++made}`,
    );
    return { adder, keys };
  };
  const fault: Outcome<Order> = {
    kind: 'problem',
    problem: { status: 500, code: 'internal', title: '', detail: '', instance: 'r', retryAfterMs: null },
  };

  test('A double click is one order, and two products are two', async () => {
    const { adder, keys } = createFixture();
    const clicks = [adder.add('p1', 1), adder.add('p1', 1), adder.add('p2', 1)];
    expect(adder.isAdding('p1')).toBe(true);
    expect((await Promise.all(clicks)).map((outcome) => outcome?.kind)).toEqual(['ok', undefined, 'ok']);
    expect(keys).toEqual(['k1', 'k2']);
    expect(adder.isAdding('p1')).toBe(false);
  });

  test('After a lost answer the same wish has the same key, and after an answer a new one', async () => {
    const { adder, keys } = createFixture(lost, fault);
    await adder.add('p1', 2);
    await adder.add('p1', 2);
    await adder.add('p1', 2);
    await adder.add('p1', 2);
    expect(keys).toEqual(['k1', 'k1', 'k1', 'k2']);
  });

  test('Another quantity is another wish', async () => {
    const { adder, keys } = createFixture(lost);
    await adder.add('p1', 2);
    await adder.add('p1', 3);
    expect(keys).toEqual(['k1', 'k2']);
  });
});
