import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { createOrderList } from '../../adapters/postgres/orders/list.ts';
import type { OrderQuery } from '../../core/order.ts';
import { parseQuery } from '../../core/search.ts';
import { createTestDatabase, postgresAvailable, type TestDatabase } from '../processes/postgres.ts';
import { connectExplained, type ExplainedConnection } from './explained.ts';
import { insertOrders } from './volume.ts';

const products = 60_000;
const orders = 60_000;

describe.skipIf(!(await postgresAvailable()))(`the order list over ${products} products`, () => {
  let database: TestDatabase;
  let server: ExplainedConnection;
  beforeAll(async () => {
    database = await createTestDatabase();
    await insertOrders(database.url, orders, products);
    server = await connectExplained(database.url);
  }, 600_000);
  afterAll(async () => {
    await server.sql.end();
    await database.drop();
  });

  test('A list for a token of one order in a hundred reads few pages far from the newest order too', async () => {
    const list = createOrderList(server.sql);
    const read: number[] = [];
    let after: string | null = null;
    for (let page = 1; page <= 30; page++)
      read.push(
        await server.countPages(async () => {
          after = (await list({ ...query, after })).next;
        }),
      );
    expect(after).not.toBeNull();
    // Where none of 300 orders matches, the list reads the names of all 600 products instead.
    expect(read.filter((pages) => pages > 300).length).toBeLessThanOrEqual(3);
  }, 120_000);
});

const query: Omit<OrderQuery, 'after'> = {
  ...{ search: parseQuery('"hieu5"'), status: null, type: null, fromMs: null, toMs: null },
  ...{ customerId: null, number: null, limit: 20 },
};
