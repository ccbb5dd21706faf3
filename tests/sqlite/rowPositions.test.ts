import { describe, expect, test } from 'bun:test';
import type { OrderQuery } from '../../core/order.ts';
import { parseQuery } from '../../core/search.ts';
import { shuffled, value } from '../contracts/shop.ts';
import { openPlace } from './rowPositions.ts';

/** Orders of one customer, with these ids, in this order. */
const placeAll = async (at: ReturnType<typeof openPlace>, ids: readonly string[]) => {
  const { id: productId } = await at.shop.product();
  for (const id of ids) {
    const request = {
      id,
      customerId: 'c',
      contact: { email: 'c@x.y', language: null },
      productId,
      quantity: 1,
    };
    await value(at.store.orders.place([request], at.shop.now()));
  }
};

const listed = async (
  { store }: ReturnType<typeof openPlace>,
  q: string,
  bounds: Partial<Pick<OrderQuery, 'fromMs' | 'toMs' | 'after'>> = {},
) => {
  const any = { status: null, type: null, fromMs: null, toMs: null, customerId: null, after: null };
  const query = { ...any, ...bounds, search: parseQuery(q), limit: 100 };
  const page = await value(store.orders.list(query));
  return page.items.map(({ id }) => id);
};

describe('positions stand in the order of the ids', () => {
  const orders: [string, (ids: readonly string[], at: ReturnType<typeof openPlace>) => readonly string[]][] =
    [
      ['one after the other', (ids) => ids],
      ['backwards', (ids) => ids.toReversed()],
      ['the last one first', (ids) => [...ids.slice(-1), ...ids.slice(0, -1)]],
      ['from both ends', (ids) => ids.map((_, at) => ids.at(at % 2 === 0 ? at / 2 : -(at + 1) / 2) ?? '')],
      ['anyhow', (ids, { world }) => shuffled(ids, world)],
    ];

  test.each(orders)('when they come %s', async (_, arrange) => {
    const at = openPlace();
    const ids = Array.from({ length: 40 }, () => at.shop.freshId());
    await placeAll(at, arrange(ids, at));

    const rows = at.client.prepare<[], { id: string }>('select id from orders order by position').all();
    expect(rows.map(({ id }) => id)).toEqual(ids);
    expect(await listed(at, 'ao thun')).toEqual(ids.toReversed());
    expect(await listed(at, '')).toEqual(ids.toReversed());
    at.client.exec(`insert into order_name (order_name) values ('integrity-check')`);
  });

  test('room is made where there is none, words and all', async () => {
    const at = openPlace();
    const [first = '', ...rest] = Array.from({ length: 40 }, () => at.shop.freshId());
    // Each goes between the first one and the one placed before it.
    await placeAll(at, [first, ...rest.toReversed()]);
    const gaps = at.client
      .prepare<[], number>('select position - lag(position) over (order by position) from orders')
      .pluck()
      .all();
    expect(Math.min(...gaps.slice(1))).toBe(1);
    expect(await listed(at, '"thun nam"')).toEqual([...rest.toReversed(), first]);
    const strays = at.client
      .prepare<[], number>('select count(*) from order_name where rowid not in (select position from orders)')
      .pluck();
    expect(strays.get()).toBe(0);
  });
});

describe('a bound beyond all orders', () => {
  test.each(['', 'ao thun'])('is kept to, with the search %p', async (q) => {
    const at = openPlace();
    const ids = Array.from({ length: 3 }, () => at.shop.freshId());
    await placeAll(at, ids);
    const newestFirst = ids.toReversed();
    const nowMs = at.shop.now();
    expect(await listed(at, q, { fromMs: nowMs + 1 })).toEqual([]);
    expect(await listed(at, q, { toMs: nowMs + 1 })).toEqual(newestFirst);
    expect(await listed(at, q, { fromMs: 0 })).toEqual(newestFirst);
    expect(await listed(at, q, { toMs: 0 })).toEqual([]);
    expect(await listed(at, q, { after: at.shop.freshId() })).toEqual(newestFirst);
    expect(await listed(at, q, { after: ids[1] ?? '' })).toEqual([ids[0] ?? '']);
    expect(await listed(at, q, { after: ids[0] ?? '' })).toEqual([]);
  });
});
