import { describe, expect, test } from 'bun:test';
import type { OrderQuery } from '../../core/order.ts';
import { parseQuery } from '../../core/search.ts';
import { unwrap } from '../contracts/fixture.ts';
import { shuffled } from '../contracts/shuffled.ts';
import { openTestStore } from './harness.ts';

/** Places orders of one customer with these ids, in the given order. */
const placeOrders = async (at: ReturnType<typeof openTestStore>, ids: readonly string[]) => {
  const { id: productId } = await at.shop.createProduct();
  for (const id of ids) {
    const request = {
      id,
      customerId: 'c',
      contact: { email: 'c@x.y', language: null },
      productId,
      quantity: 1,
      ttlMs: 86_400_000,
    };
    await unwrap(at.store.orders.place([request], at.shop.now()));
  }
};

const listIds = async (
  { store }: ReturnType<typeof openTestStore>,
  q: string,
  bounds: Partial<Pick<OrderQuery, 'fromMs' | 'toMs' | 'after'>> = {},
) => {
  const any = {
    status: null,
    type: null,
    fromMs: null,
    toMs: null,
    customerId: null,
    number: null,
    after: null,
  };
  const query = { ...any, ...bounds, search: parseQuery(q), limit: 100 };
  const page = await unwrap(store.orders.list(query));
  return page.items.map(({ id }) => id);
};

describe('row positions', () => {
  const orders: [
    string,
    (ids: readonly string[], at: ReturnType<typeof openTestStore>) => readonly string[],
  ][] = [
    ['ascending order of ids', (ids) => ids],
    ['descending order of ids', (ids) => ids.toReversed()],
    ['ascending order after the last one', (ids) => [...ids.slice(-1), ...ids.slice(0, -1)]],
    [
      'order from both ends',
      (ids) => ids.map((_, at) => ids.at(at % 2 === 0 ? at / 2 : -(at + 1) / 2) ?? ''),
    ],
    ['random order', (ids, { world }) => shuffled(ids, world)],
  ];

  test.each(orders)('Positions have the order of the ids when rows arrive in %s', async (_, arrange) => {
    const at = openTestStore();
    const ids = Array.from({ length: 40 }, () => at.shop.newId());
    await placeOrders(at, arrange(ids, at));

    const rows = at.client.prepare<[], { id: string }>('select id from orders order by position').all();
    expect(rows.map(({ id }) => id)).toEqual(ids);
    expect(await listIds(at, 'ao thun')).toEqual(ids.toReversed());
    expect(await listIds(at, '')).toEqual(ids.toReversed());
    at.client.exec(`insert into order_search (order_search) values ('integrity-check')`);
  });

  test('A row that arrives where no gap is left moves later rows and their search tokens', async () => {
    const at = openTestStore();
    const [first = '', ...rest] = Array.from({ length: 40 }, () => at.shop.newId());
    // Each one belongs between the first one and the one that was placed before it.
    await placeOrders(at, [first, ...rest.toReversed()]);
    const gaps = at.client
      .prepare<[], number>('select position - lag(position) over (order by position) from orders')
      .pluck()
      .all();
    expect(Math.min(...gaps.slice(1))).toBe(1);
    expect(await listIds(at, '"thun nam"')).toEqual([...rest.toReversed(), first]);
    const orphans = at.client
      .prepare<[], number>(
        'select count(*) from order_search where rowid not in (select position from orders)',
      )
      .pluck();
    expect(orphans.get()).toBe(0);
  });
});

describe('bounds of the order list', () => {
  test.each(['', 'ao thun'])(
    'The order list applies bounds beyond all orders, with the search %p',
    async (q) => {
      const at = openTestStore();
      const ids = Array.from({ length: 3 }, () => at.shop.newId());
      await placeOrders(at, ids);
      const newestFirst = ids.toReversed();
      const nowMs = at.shop.now();
      expect(await listIds(at, q, { fromMs: nowMs + 1 })).toEqual([]);
      expect(await listIds(at, q, { toMs: nowMs + 1 })).toEqual(newestFirst);
      expect(await listIds(at, q, { fromMs: 0 })).toEqual(newestFirst);
      expect(await listIds(at, q, { toMs: 0 })).toEqual([]);
      expect(await listIds(at, q, { after: at.shop.newId() })).toEqual(newestFirst);
      expect(await listIds(at, q, { after: ids[1] ?? '' })).toEqual([ids[0] ?? '']);
      expect(await listIds(at, q, { after: ids[0] ?? '' })).toEqual([]);
    },
  );
});
