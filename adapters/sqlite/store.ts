import { eq, lt } from 'drizzle-orm';
import { ok } from 'neverthrow';
import { finishedKeptMs } from '../../core/queue.ts';
import type { Store } from '../../core/store.ts';
import type { World } from '../../core/world.ts';
import { createLocalWakeup } from '../stored/localWakeup.ts';
import { createAudits } from './checkout/audits.ts';
import { type Connection, type ConnectionOptions, connectionOver, openClient } from './connection.ts';
import { createInbox, createPruneEvents } from './inbox/inbox.ts';
import { createLedger } from './ledger/ledger.ts';
import { createMailbox } from './mailbox/mailbox.ts';
import { migrate } from './migrate.ts';
import { createOrders } from './orders/orders.ts';
import { createProducts } from './products/products.ts';
import { createQueue } from './queue/queue.ts';
import { createRefunds } from './refunds/refunds.ts';
import { finished, secret } from './schema.ts';

/**
 * Opens and migrates. Rejects with the driver's error where the file cannot be opened, and with
 * `SchemaTooNew` where a newer version has migrated the database.
 */
export const sqliteStore = async (world: World, options: ConnectionOptions): Promise<Store> => {
  const client = openClient(options);
  try {
    migrate(client, world.clock.nowMs());
    return storeOver(connectionOver(client), world);
  } catch (cause) {
    client.close();
    throw cause;
  }
};

/** Over a database that is up to date. */
export const storeOver = (connection: Connection, world: World): Store => {
  const { ask, client, db, write } = connection;
  const pruneEvents = createPruneEvents(connection);
  return {
    products: createProducts(connection, world),
    orders: createOrders(connection),
    audits: createAudits(connection),
    queue: createQueue(connection, world),
    refunds: createRefunds(connection),
    inbox: createInbox(connection),
    ledger: createLedger(connection),
    mailbox: createMailbox(connection, world),
    wakeup: createLocalWakeup(),
    secret: async (name, fresh) => {
      const kept = () => db.select().from(secret).where(eq(secret.name, name)).get()?.value;
      const keep = () => {
        db.insert(secret).values({ name, value: fresh }).onConflictDoNothing().run();
        return kept() ?? fresh;
      };
      return ask(kept).andThen((value) => (value === undefined ? write(keep) : ok(value)));
    },
    ping: async () =>
      ask(() => {
        client.exec('select 1');
      }),
    prune: async (nowMs) =>
      write(() => {
        db.delete(finished)
          .where(lt(finished.atMs, nowMs - finishedKeptMs))
          .run();
        pruneEvents(nowMs);
      }),
    close: async () => {
      client.close();
    },
  };
};
