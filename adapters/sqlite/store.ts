import { eq } from 'drizzle-orm';
import { ok } from 'neverthrow';
import type { Store } from '../../core/store.ts';
import type { Clock, World } from '../../core/world.ts';
import { createLocalWakeup } from '../stored/localWakeup.ts';
import type { SlowStatements } from '../stored/slowStatements.ts';
import { createActivityLog } from './activity/activity.ts';
import { createAudits } from './checkout/audits.ts';
import { type Connection, type ConnectionOptions, createConnection, openClient } from './connection.ts';
import { createContacts } from './contacts/contacts.ts';
import { createCustomers } from './customers/customers.ts';
import { createDisputes } from './disputes/disputes.ts';
import { createDeliveries } from './events/deliveries.ts';
import { createEvents } from './events/events.ts';
import { createSubscriptions } from './events/subscriptions.ts';
import { createHeartbeat } from './heartbeat.ts';
import { createInbox } from './inbox/inbox.ts';
import { createLedger } from './ledger/ledger.ts';
import { createMailbox } from './mailbox/mailbox.ts';
import { migrate } from './migrate.ts';
import { createInvoices } from './orders/invoices.ts';
import { createOrders } from './orders/orders.ts';
import { createProducts } from './products/products.ts';
import { createPrune } from './prune.ts';
import { createPauses } from './queue/pauses.ts';
import { createQueue } from './queue/queue.ts';
import { createRefunds } from './refunds/refunds.ts';
import { createDropOld } from './retention.ts';
import { secret } from './schema.ts';
import { createRefoldNames } from './search/rebuild.ts';
import { createScan } from './search/slices.ts';

import { createIndexNoted } from './search/unindexed.ts';
import { createServiceKeys } from './serviceKeys/serviceKeys.ts';
import { watchSlowStatements } from './slowStatements.ts';

/**
 * Opens and migrates. Rejects with the driver's error if the file cannot be opened, with `SchemaTooNew` if a newer
 * version has migrated the database, and with `SchemaTooOld` if an unreleased version has created it.
 */
export const openSqliteStore = async (
  world: World,
  options: ConnectionOptions & StoreOptions & { readonly slow?: SlowStatements | undefined },
): Promise<Store> => {
  const client = openClient(options);
  try {
    migrate(client, world.clock.nowMs());
    if (options.slow !== undefined) watchSlowStatements(client, options.slow, createElapsed(world.timer));
    return createStoreOver(createConnection(client, world.clock), world, options);
  } catch (cause) {
    client.close();
    throw cause;
  }
};

/** Twice for each statement, and several times as cheap as the clock of the machine, which may also be set meanwhile. */
const createElapsed = (timer: World['timer']): Clock => {
  const start = timer.deadline(0);
  return { nowMs: () => -start.remainingMs() };
};

/** `readOnly`: this process needs no more than to read. `numberPrefix` is the prefix of the numbers of new checkouts. */
type StoreOptions = { readonly readOnly?: boolean; readonly numberPrefix?: string };

/** The database must be migrated. */
export const createStoreOver = (
  connection: Connection,
  world: World,
  { readOnly = false, numberPrefix = '' }: StoreOptions = {},
): Store => {
  const { runStatement, db, write } = connection;
  const scan = createScan(connection, world);
  const indexNoted = createIndexNoted(connection, world);
  const refoldNames = createRefoldNames(connection);
  const dropOld = createDropOld(connection);
  return {
    products: createProducts(connection, world, scan, indexNoted),
    orders: createOrders(connection, scan),
    contacts: createContacts(connection),
    customers: createCustomers(connection),
    audits: createAudits(connection, numberPrefix),
    queue: createQueue(connection, world),
    pauses: createPauses(connection),
    invoices: createInvoices(connection),
    refunds: createRefunds(connection, world),
    disputes: createDisputes(connection),
    inbox: createInbox(connection),
    ledger: createLedger(connection),
    mailbox: createMailbox(connection, world),
    serviceKeys: createServiceKeys(connection),
    activity: createActivityLog(connection),
    subscriptions: createSubscriptions(connection),
    events: createEvents(connection),
    deliveries: createDeliveries(connection),
    wakeup: createLocalWakeup(),
    secret: async (name, fresh) => {
      const find = () => db.select().from(secret).where(eq(secret.name, name)).get()?.value;
      const insertIfNew = () => {
        db.insert(secret).values({ name, value: fresh }).onConflictDoNothing().run();
        return find() ?? fresh;
      };
      return runStatement(find).andThen((value) => (value === undefined ? write(insertIfNew) : ok(value)));
    },
    refoldNames,
    ping: createHeartbeat(connection, world, readOnly),
    missingPartition: async () => ok(null),
    position: async () => ok(null),
    reached: async () => ok('primary'),
    prune: createPrune(connection, world, indexNoted),
    dropOld: async (slice) => write(() => dropOld(slice)),
    close: async () => connection.close(),
  };
};
