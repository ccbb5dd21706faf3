import { ok } from 'neverthrow';
import { createLocalWakeup } from '../../adapters/stored/localWakeup.ts';
import type { Store } from '../../core/store.ts';
import type { World } from '../../core/world.ts';
import { createActivityLog } from './activity.ts';
import { createAudits } from './audits.ts';
import { pruneCommandKeys } from './commandKeys.ts';
import { createContacts } from './contacts.ts';
import { createCustomers } from './customers.ts';
import { createDeliveries } from './deliveries.ts';
import { createDisputes } from './disputes.ts';
import { createEvents } from './events.ts';
import { createInbox } from './inbox.ts';
import { createLedger } from './ledger.ts';
import { createMailbox } from './mailbox.ts';
import { createOrders } from './orders.ts';
import { createPauses } from './pauses.ts';
import { createProducts } from './products.ts';
import { createQueue } from './queue.ts';
import { createRefunds } from './refunds.ts';
import { dropOld } from './retention.ts';
import { createServiceKeys } from './serviceKeys.ts';
import { pruneFinished } from './stats.ts';
import { createSubscriptions } from './subscriptions.ts';
import { createTables, type Tables } from './tables.ts';

/**
 * The memory store: all ports over plain maps. It is test equipment only. It has two uses:
 *
 * - It is the oracle of the contract suites: the same cases run on it and on each database. It shares the rules of
 *   core with the databases and none of their SQL, so a case that passes here and fails there is a bug in SQL.
 * - Tests of use cases, API and worker run on it, because it is fast and needs no file or server.
 *
 * Each function of a port does its work before it returns its promise, so each one is a transaction. A throw undoes
 * what the transaction wrote.
 *
 * It does not promise what production needs:
 *
 * - Nothing survives the process, and no second process can share the data.
 * - Calls never overlap, so it shows no lock, deadlock or lost update.
 * - It never fails with `unavailable`.
 * - It has no indexes: every list reads all rows, and its speed says nothing about a database.
 */
export const createMemoryStore = (world: World): Store => createMemoryStoreOver(createTables(), world);

export const createMemoryStoreOver = (tables: Tables, world: World): Store => {
  return {
    products: createProducts(tables, world.ids),
    orders: createOrders(tables),
    contacts: createContacts(tables),
    customers: createCustomers(tables),
    audits: createAudits(tables),
    queue: createQueue(tables, world),
    pauses: createPauses(tables),
    invoices: { ofCheckout: async (checkoutId) => ok(tables.invoices.get(checkoutId) ?? null) },
    refunds: createRefunds(tables, world),
    disputes: createDisputes(tables),
    inbox: createInbox(tables),
    ledger: createLedger(tables),
    mailbox: createMailbox(tables, world.clock),
    serviceKeys: createServiceKeys(tables),
    activity: createActivityLog(tables),
    subscriptions: createSubscriptions(tables),
    events: createEvents(tables),
    deliveries: createDeliveries(tables),
    wakeup: createLocalWakeup(),
    secret: async (name, fresh) => {
      const value = tables.secrets.get(name) ?? fresh;
      tables.secrets.set(name, value);
      return ok(value);
    },
    refoldNames: async () => ok(null),
    ping: async () => ok({ nowMs: null }),
    missingPartition: async () => ok(null),
    position: async () => ok(null),
    reached: async () => ok('primary'),
    prune: async (nowMs) => {
      pruneFinished(tables, nowMs);
      pruneCommandKeys(tables, nowMs);
      return ok(undefined);
    },
    dropOld: async (slice) => ok(dropOld(tables, slice)),
    close: async () => {},
  };
};
