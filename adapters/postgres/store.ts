import { eq, sql as raw } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/postgres-js';
import { finishedKeptMs } from '../../core/queue.ts';
import type { Store } from '../../core/store.ts';
import type { World } from '../../core/world.ts';
import { localWakeup } from '../stored/localWakeup.ts';
import { audits } from './checkout/audits.ts';
import { type ConnectionOptions, connect, type Sql } from './connection.ts';
import { answered } from './failures.ts';
import { inbox, pruneEvents } from './inbox/inbox.ts';
import { moneyBooks } from './ledger/ledger.ts';
import { mailbox } from './mailbox/mailbox.ts';
import { migrateWith } from './migrate.ts';
import { orders } from './orders/orders.ts';
import { products } from './products/products.ts';
import { queue } from './queue/queue.ts';
import { wakeup } from './queue/wakeup.ts';
import { refunds } from './refunds/refunds.ts';
import { secret } from './schema.ts';

/** A month: longer than any provider goes on telling the same event. */
const eventsKeptMs = 31 * 24 * 3_600_000;

/** For statements under way to end. Less than a process that is asked to stop has left when it comes to this. */
const closeTimeoutS = 3;

/**
 * Connects and migrates. Rejects with the driver's error where the server cannot be reached, and with
 * `SchemaTooNew` where a newer version has migrated the database.
 */
export const postgresStore = async (world: World, options: ConnectionOptions): Promise<Store> => {
  const sql = connect(options);
  try {
    await migrateWith(sql);
  } catch (cause) {
    await sql.end({ timeout: 0 });
    throw cause;
  }
  return storeOver(sql, world, options);
};

/** Over a database that is up to date. */
export const storeOver = (
  sql: Sql,
  world: World,
  { pooling }: Pick<ConnectionOptions, 'pooling'> = {},
): Store => {
  const db = drizzle(sql);
  return {
    products: products(sql, db, world),
    orders: orders(sql),
    audits: audits(sql),
    queue: queue(sql, db, world),
    refunds: refunds(sql),
    inbox: inbox(sql),
    ledger: moneyBooks(sql),
    mailbox: mailbox(db, world),
    // Where connections are lent for a transaction only, nobody can listen: a hint reaches this process alone.
    wakeup: pooling === 'transaction' ? localWakeup() : wakeup(sql, world.timer),
    secret: (name, fresh) =>
      answered(async () => {
        await db.insert(secret).values({ name, value: fresh }).onConflictDoNothing();
        const [row] = await db.select().from(secret).where(eq(secret.name, name));
        return row?.value ?? fresh;
      }),
    ping: () =>
      answered(async () => {
        await db.execute(raw`select 1`);
      }),
    prune: (nowMs) =>
      answered(async () => {
        await sql`delete from finished where at_ms < ${nowMs - finishedKeptMs}`;
        await pruneEvents(sql, nowMs - eventsKeptMs);
      }),
    close: () => sql.end({ timeout: closeTimeoutS }),
  };
};
