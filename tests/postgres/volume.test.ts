import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { createOrderList } from '../../adapters/postgres/orders/list.ts';
import type { OrderQuery } from '../../core/order.ts';
import { parseQuery } from '../../core/search.ts';
import { createTestDatabase, postgresAvailable, type TestDatabase } from '../processes/postgres.ts';
import { connectExplained, type ExplainedConnection } from './explained.ts';
import { firstOrderMs, insertOrders, orderIntervalMs } from './volume.ts';

/** A million in `bun run test:volume`. */
const orders = Number(process.env.VOLUME_ORDERS ?? 50_000);

/** The maximum for any query. The queries below read at most half of it when they were measured. */
const pagesMax = 2_000;

const timeAt = (share: number) => firstOrderMs + share * orders * orderIntervalMs;

/** Queries of operators. `none`: no order matches. The others find orders, many of them fifty pages and more. */
const queries: Readonly<
  Record<string, Partial<Omit<OrderQuery, 'search'>> & { readonly q?: string; none?: true }>
> = {
  'all orders': {},
  'a token of every third order': { q: '"loai1"' },
  'a token of every hundredth order': { q: '"hieu5"' },
  'a token of one order in five thousand': { q: '"ma77"' },
  'a token of no order': { q: 'khongco', none: true },
  'two tokens': { q: 'hieu5 loai1' },
  'two tokens that no order has together': { q: '"hieu5" "hieu6"', none: true },
  'a phrase': { q: '"loai2 hieu5"' },
  'a common phrase': { q: '"tay dai"' },
  'a prefix of every tenth order': { q: 'hieu1' },
  'a prefix of all orders': { q: 'h' },
  'a prefix of some hundred snapshots': { q: 'ma1' },
  'a word inside the names of every hundredth order': { q: 'パソコン' },
  'a word inside all names': { q: 'ノート' },
  'one letter of every hundredth order': { q: 'ソ' },
  'one letter of all orders': { q: 'ト' },
  'a word that stands inside no name': { q: 'コンパ', none: true },
  'a code': { q: '"p 77"' },
  'a token of every hundredth order, all of them old': { q: '"xua5"' },
  'a token of every third order, all of them old': { q: 'cu' },
  'two tokens of old orders only': { q: 'cu loai1' },
  'a status': { status: 'failed' },
  'a rare status': { status: 'refunded' },
  'the status of most orders': { status: 'completed' },
  'a status of some orders': { status: 'pending' },
  'a status of no order': { status: 'paying', none: true },
  'another status of no order': { status: 'paid', none: true },
  'a type': { type: 'digital' },
  'a rare type': { type: 'service' },
  'a type of no order': { type: 'nothing', none: true },
  'a token and a status': { q: '"loai1"', status: 'failed' },
  'a rarer token and a status': { q: '"hieu5"', status: 'failed' },
  'a rarer token and the status of most orders': { q: '"hieu5"', status: 'completed' },
  'a token and a status of no order': { q: '"hieu5"', status: 'paying', none: true },
  'a token and a type': { q: '"hieu5"', type: 'digital' },
  'a token and a rare type': { q: '"loai2"', type: 'service' },
  'a token in a range of time': { q: '"hieu5"', fromMs: timeAt(0.4), toMs: timeAt(0.5) },
  'a token before a time': { q: '"hieu5"', toMs: timeAt(0.2) },
  'an old token after its last order': { q: '"xua5"', fromMs: timeAt(0.5), none: true },
  'a customer': { customerId: 'customer-7' },
  'a customer and a token': { customerId: 'customer-7', q: '"loai1"' },
  'a customer and a status of no order': { customerId: 'customer-7', status: 'paying', none: true },
};

describe.skipIf(!(await postgresAvailable()))(`the order list over ${orders} orders`, () => {
  let database: TestDatabase;
  let server: ExplainedConnection;
  beforeAll(async () => {
    database = await createTestDatabase();
    await insertOrders(database.url, orders);
    server = await connectExplained(database.url);
  }, 1_800_000);
  afterAll(async () => {
    await server.sql.end();
    await database.drop();
  });

  for (const [name, { q = '', none = false, ...filter }] of Object.entries(queries))
    test(`The order list for ${name} reads few pages${q === '' ? '' : `: ${q}`}`, async () => {
      const list = createOrderList(server.sql);
      const query = { ...everything, ...filter, search: parseQuery(q) };
      let after: string | null = null;
      // The server plans the first statements with their values. Later ones may use one plan for all values.
      for (let page = 1; page <= 50; page++) {
        const listPage = async () => {
          const { items, next } = await list({ ...query, after });
          if (page === 1) expect(items.length > 0).toBe(!none);
          after = next;
        };
        expect(await server.countPages(listPage)).toBeLessThan(pagesMax);
        if (after === null) break;
      }
    }, 600_000);
});

const everything: OrderQuery = {
  search: null,
  status: null,
  type: null,
  fromMs: null,
  toMs: null,
  customerId: null,
  number: null,
  after: null,
  limit: 20,
};
