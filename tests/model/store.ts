import { ok } from 'neverthrow';
import { createLocalWakeup } from '../../adapters/stored/localWakeup.ts';
import type { Store } from '../../core/store.ts';
import type { World } from '../../core/world.ts';
import { memoryAudits } from './audits.ts';
import { memoryInbox, pruneEvents } from './inbox.ts';
import { memoryMoneyBooks } from './ledger.ts';
import { memoryMailbox } from './mailbox.ts';
import { memoryOrders } from './orders.ts';
import { memoryProducts } from './products.ts';
import { memoryQueue } from './queue.ts';
import { memoryRefunds } from './refunds.ts';
import { pruneFinished } from './stats.ts';
import { emptyTables, type Tables } from './tables.ts';

/**
 * All ports over plain maps: what the databases are measured against, and what tests of the rest run on. A
 * verb does all its work before it yields, so each is a transaction by itself.
 */
export const createMemoryStore = (world: World): Store => createMemoryStoreOver(emptyTables(), world);

export const createMemoryStoreOver = (tables: Tables, world: World): Store => {
  return {
    products: memoryProducts(tables, world.ids),
    orders: memoryOrders(tables),
    audits: memoryAudits(tables),
    queue: memoryQueue(tables, world),
    refunds: memoryRefunds(tables),
    inbox: memoryInbox(tables),
    ledger: memoryMoneyBooks(tables),
    mailbox: memoryMailbox(tables, world.clock),
    wakeup: createLocalWakeup(),
    secret: async (name, fresh) => {
      const value = tables.secrets.get(name) ?? fresh;
      tables.secrets.set(name, value);
      return ok(value);
    },
    ping: async () => ok(undefined),
    prune: async (nowMs) => {
      pruneFinished(tables, nowMs);
      pruneEvents(tables, nowMs);
      return ok(undefined);
    },
    close: async () => {},
  };
};
