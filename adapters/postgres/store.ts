import { eq, sql as raw } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/postgres-js';
import { finishedRetentionMs } from '../../core/queue.ts';
import type { Store } from '../../core/store.ts';
import type { World } from '../../core/world.ts';
import { createLocalWakeup } from '../stored/localWakeup.ts';
import { createActivityLog } from './activity/activity.ts';
import { createAudits } from './checkout/audits.ts';
import { pruneCounted } from './checkout/countedCheckouts.ts';
import { pruneCommandKeys } from './commandKeys/once.ts';
import { type ConnectionOptions, connect, type Sql, withRetries } from './connection.ts';
import { createDisputes } from './disputes/disputes.ts';
import { orUnavailable } from './failures.ts';
import { createInbox, pruneEvents } from './inbox/inbox.ts';
import { createLedger } from './ledger/ledger.ts';
import { createMailbox } from './mailbox/mailbox.ts';
import { migrateWith } from './migrate.ts';
import { createInvoices } from './orders/invoices.ts';
import { createOrders } from './orders/orders.ts';
import { createProducts } from './products/products.ts';
import { createQueue } from './queue/queue.ts';
import { createWakeup } from './queue/wakeup.ts';
import { createRefunds } from './refunds/refunds.ts';
import { secret } from './schema.ts';
import { refoldNames } from './search/rebuild.ts';
import { createServiceKeys } from './serviceKeys/serviceKeys.ts';
import { checkRights, checkVersion, checkWrites } from './startCheck.ts';

/** A month: no provider delivers an event again after so long. */
const eventRetentionMs = 31 * 24 * 3_600_000;

/** How long `close` waits for running statements. It is less than a stopping process has left at this point. */
const closeTimeoutS = 3;

/**
 * Connects and migrates. Rejects with the driver's error if the server cannot be reached, with `SchemaTooNew` if a
 * newer version has migrated the database, with `SchemaTooOld` if an unreleased version has created it, and with
 * `CannotUseDatabase` if the server is too old or the user lacks rights. With `readOnly` it needs only those to read.
 */
export const openPostgresStore = async (
  world: World,
  options: ConnectionOptions & { readonly readOnly?: boolean },
): Promise<Store> => {
  const { readOnly = false } = options;
  const sql = connect(options);
  try {
    await checkVersion(sql);
    await migrateWith(sql);
    await checkRights(sql, readOnly);
    if (!readOnly) await checkWrites(sql);
  } catch (cause) {
    await sql.end({ timeout: 0 });
    throw cause;
  }
  return createStore(sql, world, options);
};

/** A store on a database that is already migrated. */
export const createStore = (
  sql: Sql,
  world: World,
  { pooling }: Pick<ConnectionOptions, 'pooling'> = {},
): Store => {
  const db = drizzle(sql);
  return {
    products: createProducts(sql, db, world),
    orders: createOrders(sql),
    audits: createAudits(sql),
    queue: createQueue(sql, db, world),
    invoices: createInvoices(sql),
    refunds: createRefunds(sql, world),
    disputes: createDisputes(sql),
    inbox: createInbox(sql),
    ledger: createLedger(sql),
    mailbox: createMailbox(db, world),
    serviceKeys: createServiceKeys(sql, db),
    activity: createActivityLog(sql),
    // With connections that are lent for one transaction only, `LISTEN` is not possible. Hints stay in this process.
    wakeup: pooling === 'transaction' ? createLocalWakeup() : createWakeup(sql, world.timer),
    secret: (name, fresh) =>
      orUnavailable(async () => {
        await db.insert(secret).values({ name, value: fresh }).onConflictDoNothing();
        const [row] = await db.select().from(secret).where(eq(secret.name, name));
        return row?.value ?? fresh;
      }),
    refoldNames: (limit) => withRetries(() => refoldNames(sql, limit)),
    ping: () =>
      orUnavailable(async () => {
        await db.execute(raw`select 1`);
      }),
    prune: (nowMs) =>
      orUnavailable(async () => {
        await sql`delete from finished_tasks where at_ms < ${nowMs - finishedRetentionMs}`;
        await pruneEvents(sql, nowMs - eventRetentionMs);
        await pruneCommandKeys(sql, nowMs);
        await pruneCounted(sql, nowMs);
      }),
    close: () => sql.end({ timeout: closeTimeoutS }),
  };
};
