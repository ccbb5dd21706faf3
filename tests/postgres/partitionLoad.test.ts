import { describe, expect, test } from 'bun:test';
import { openPostgresArchive } from '../../adapters/postgres/archive/archive.ts';
import { connect } from '../../adapters/postgres/connection.ts';
import { noLimits } from '../../adapters/postgres/migrate.ts';
import { partitionTables } from '../../adapters/postgres/partitions/convert.ts';
import { openPostgresStore } from '../../adapters/postgres/store.ts';
import { systemTimer } from '../../adapters/system/timer.ts';
import { addMonths } from '../../core/archive.ts';
import { archiveMonths, type MonthResult } from '../../server/archiveMonths.ts';
import { createFixture, succeeded, unwrap } from '../contracts/fixture.ts';
import { createScratchFolder } from '../processes/cleanup.ts';
import { createTestDatabase, postgresAvailable } from '../processes/postgres.ts';
import { createTestWorld } from '../world.ts';
import { endOfHistoryMs, firstHistoryMonth, insertHistory, partitionEmpty } from './history.ts';

/** A million, and many buyers, in `bun run test:volume`. */
const buyers = process.env.VOLUME_ORDERS === undefined ? 8 : 64;
const orders = Number(process.env.VOLUME_ORDERS ?? 5_000);

/** A shop with a history of 24 months, in which customers buy again and again until `work` is done. */
const buyDuring = async (
  { isPartitioned }: { readonly isPartitioned: boolean },
  work: (url: string) => Promise<unknown>,
): Promise<{ readonly paid: number; readonly complete: number }> => {
  const database = await createTestDatabase();
  const world = createTestWorld(endOfHistoryMs);
  const store = await openPostgresStore(world, { url: database.url });
  const sql = connect({ url: database.url, poolSize: 1, limits: noLimits });
  try {
    const fixture = createFixture(store, world);
    if (isPartitioned) await partitionEmpty(database.url, sql);
    const product = await fixture.createProduct();
    await insertHistory(sql, product.id, orders);
    let done = false;
    const paid: string[] = [];
    const buy = async () => {
      do {
        world.advance(1);
        const order = await fixture.placeOrder(product);
        const claim = await fixture.claimCheckout(fixture.checkoutRequest([order]));
        const record = fixture.outcomeRecord(claim, succeeded);
        const [result] = await unwrap(store.audits.recordOutcomes([record], fixture.now()));
        if (result?.applied === true) paid.push(order.id);
      } while (!done);
    };
    const startMs = performance.now();
    const bought = Promise.all(Array.from({ length: buyers }, buy));
    try {
      await work(database.url);
    } finally {
      done = true;
    }
    await bought;
    if (process.env.VOLUME_ORDERS !== undefined)
      console.log(`${paid.length} checkouts in ${Math.round(performance.now() - startMs)} ms, none failed`);
    const [row] = await sql<{ complete: number }[]>`
      select count(*) as complete from unnest(${paid}::uuid[]) as p(id) where
        (select array_agg(state order by seq) from order_state where order_id = p.id) = array['pending', 'paying', 'paid']`;
    return { paid: paid.length, complete: row?.complete ?? 0 };
  } finally {
    await sql.end();
    await store.close();
    await database.drop();
  }
};

describe.skipIf(!(await postgresAvailable()))(
  `While ${buyers} customers check out beside ${orders} orders`,
  () => {
    test('The tables move into partitions and no checkout fails', async () => {
      const watch = { nowMs: () => endOfHistoryMs, timer: systemTimer, onStep: () => {} };
      const { paid, complete } = await buyDuring({ isPartitioned: false }, (url) =>
        partitionTables(url, watch),
      );
      expect(paid).toBeGreaterThanOrEqual(buyers);
      expect(complete).toBe(paid);
    }, 900_000);

    test.each([
      ['tables in partitions', true],
      ['tables without partitions', false],
    ])(
      'Two months leave %s for files and no checkout fails',
      async (_, isPartitioned) => {
        const results: MonthResult[] = [];
        const { paid, complete } = await buyDuring({ isPartitioned }, async (url) => {
          const archive = await openPostgresArchive(url);
          await archiveMonths(
            archive,
            {
              folder: createScratchFolder('archive', { inMemory: true }),
              before: addMonths(firstHistoryMonth, 2),
            },
            {
              stop: new AbortController().signal,
              onSlice: () => {},
              onMonth: (result) => results.push(result),
            },
          );
          await archive.close();
        });
        expect(results.map(({ kind, month }) => `${kind} ${month}`)).toEqual([
          `archived ${firstHistoryMonth}`,
          `archived ${addMonths(firstHistoryMonth, 1)}`,
        ]);
        expect(paid).toBeGreaterThanOrEqual(buyers);
        expect(complete).toBe(paid);
      },
      900_000,
    );
  },
);
