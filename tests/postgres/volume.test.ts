import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { createOrderList } from '../../adapters/postgres/orders/list.ts';
import type { OrderQuery } from '../../core/order.ts';
import { parseQuery } from '../../core/search.ts';
import { postgresAvailable, type TestDatabase, testDatabase } from '../processes/postgres.ts';
import { type Explained, explained } from './explained.ts';
import { everyMs, fillWithOrders, firstMs } from './volume.ts';

/** A million in `bun run test:volume`. */
const orders = Number(process.env.VOLUME_ORDERS ?? 50_000);

/** For any word; the most that was seen for those below is half of it. */
const pagesMax = 2_000;

const at = (share: number) => firstMs + share * orders * everyMs;

/** What operators ask, and whether there is an answer of fifty pages and more. */
const asked: Readonly<
  Record<string, Partial<Omit<OrderQuery, 'search'>> & { readonly q?: string; none?: true }>
> = {
  'the newest': {},
  'a word of every third order': { q: '"loai1"' },
  'a word of every hundredth': { q: '"hieu5"' },
  'a word of one in five thousand': { q: '"ma77"' },
  'a word of no order': { q: 'khongco', none: true },
  'two words': { q: 'hieu5 loai1' },
  'two words that are never together': { q: '"hieu5" "hieu6"', none: true },
  'a phrase': { q: '"loai2 hieu5"' },
  'a common phrase': { q: '"tay dai"' },
  'a begun word of every tenth order': { q: 'hieu1' },
  'a begun word of all orders': { q: 'h' },
  'a begun word of some hundred labels': { q: 'ma1' },
  'a code': { q: '"p 77"' },
  'a word of every hundredth, all old': { q: '"xua5"' },
  'a word of every third, all old': { q: 'cu' },
  'two words, all old': { q: 'cu loai1' },
  'a status': { status: 'failed' },
  'a rare status': { status: 'refunded' },
  'the status of most': { status: 'completed' },
  'a status of some': { status: 'pending' },
  'a status of none': { status: 'paying', none: true },
  'another status of none': { status: 'paid', none: true },
  'a type': { type: 'digital' },
  'a rare type': { type: 'service' },
  'a type of none': { type: 'nothing', none: true },
  'a word and a status': { q: '"loai1"', status: 'failed' },
  'a rarer word and a status': { q: '"hieu5"', status: 'failed' },
  'a rarer word and the status of most': { q: '"hieu5"', status: 'completed' },
  'a word and a status of none': { q: '"hieu5"', status: 'paying', none: true },
  'a word and a type': { q: '"hieu5"', type: 'digital' },
  'a word and a rare type': { q: '"loai2"', type: 'service' },
  'a word in a stretch of time': { q: '"hieu5"', fromMs: at(0.4), toMs: at(0.5) },
  'a word before a time': { q: '"hieu5"', toMs: at(0.2) },
  'an old word since it is gone': { q: '"xua5"', fromMs: at(0.5), none: true },
  'a customer': { customerId: 'customer-7' },
  'a customer and a word': { customerId: 'customer-7', q: '"loai1"' },
  'a customer and a status of none': { customerId: 'customer-7', status: 'paying', none: true },
};

describe.skipIf(!(await postgresAvailable()))(`of ${orders} orders PostgreSQL reads few`, () => {
  let database: TestDatabase;
  let server: Explained;
  beforeAll(async () => {
    database = await testDatabase();
    await fillWithOrders(database.url, orders);
    server = await explained(database.url);
  }, 300_000);
  afterAll(async () => {
    await server.sql.end();
    await database.drop();
  });

  for (const [name, { q = '', none = false, ...part }] of Object.entries(asked))
    test(`${name}: ${q}`, async () => {
      const list = createOrderList(server.sql);
      const query = { ...everything, ...part, search: parseQuery(q) };
      let after: string | null = null;
      // The first pages are planned with their values, and those after them maybe once for all.
      for (let page = 1; page <= 50; page++) {
        const ask = async () => {
          const { items, next } = await list({ ...query, after });
          if (page === 1) expect(items.length > 0).toBe(!none);
          after = next;
        };
        expect(await server.pagesOf(ask)).toBeLessThan(pagesMax);
        if (after === null) break;
      }
    }, 60_000);
});

const everything: OrderQuery = {
  search: null,
  status: null,
  type: null,
  fromMs: null,
  toMs: null,
  customerId: null,
  after: null,
  limit: 20,
};
