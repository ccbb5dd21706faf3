import type { ActivityLog } from './activity.ts';
import type { Audits } from './audit.ts';
import type { LogPosition, Reached, ReadPosition } from './consistency.ts';
import type { Contacts } from './contact.ts';
import type { Deliveries } from './delivery.ts';
import type { Disputes } from './dispute.ts';
import type { Customers } from './erasure.ts';
import type { Inbox } from './inbox.ts';
import type { Invoices } from './invoice.ts';
import type { Ledger } from './ledger.ts';
import type { Mailbox } from './mail.ts';
import type { OperatorQueue } from './operatorQueue.ts';
import type { Orders } from './order.ts';
import type { Pauses } from './pause.ts';
import type { Products } from './product.ts';
import type { Wakeup } from './queue.ts';
import type { RefoldedSlice } from './refold.ts';
import type { Refunds } from './refund.ts';
import type { Events } from './relay.ts';
import type { AsyncResult } from './result.ts';
import type { DroppedSlice, RetentionSlice } from './retention.ts';
import type { ServiceKeys } from './serviceKey.ts';
import type { Subscriptions } from './subscription.ts';

/** The database's time, ms. Null if it has no clock but that of this machine. */
export type DatabaseClock = { readonly nowMs: number | null };

/** All ports that one database provides. The composition root creates one store for each process. */
export interface Store {
  readonly products: Products;
  readonly orders: Orders;
  readonly contacts: Contacts;
  readonly customers: Customers;
  readonly audits: Audits;
  readonly queue: OperatorQueue;
  readonly pauses: Pauses;
  readonly invoices: Invoices;
  readonly refunds: Refunds;
  readonly disputes: Disputes;
  readonly inbox: Inbox;
  readonly ledger: Ledger;
  readonly mailbox: Mailbox;
  readonly serviceKeys: ServiceKeys;
  readonly activity: ActivityLog;
  readonly subscriptions: Subscriptions;
  readonly events: Events;
  readonly deliveries: Deliveries;
  readonly wakeup: Wakeup;
  /**
   * Returns the value stored under `name`. If there is none, stores and returns `initial`, so that all processes
   * share one value.
   */
  secret(name: string, initial: string): AsyncResult<string>;
  /**
   * Folds up to `limit` stored names anew, if an older fold made their tokens. Null if there is nothing left to do. The
   * shop stays open: until all names are done, searches may miss some. Any number of processes may call it.
   */
  refoldNames(limit: number): AsyncResult<RefoldedSlice | null>;
  /**
   * Succeeds if the database does what this process needs: it writes, and has room for more, unless the store was opened
   * to read. Returns the database's clock.
   */
  ping(): AsyncResult<DatabaseClock>;
  /**
   * What an operator has to do before new orders are refused, in words. Null: nothing. PostgreSQL says so when a table has
   * no partition for the next month.
   */
  missingPartition(nowMs: number): AsyncResult<string | null>;
  /** The end of the log after all that this process has committed so far. Concurrent calls share one statement. */
  readonly position: ReadPosition;
  /**
   * Whether this server has the position. Call it before the read, in a separate statement: within one statement, the
   * snapshot is older than the answer.
   */
  reached(position: LogPosition): AsyncResult<Reached>;
  /**
   * Deletes expired data: counters of finished tasks after ten minutes, the keys of commands after a day, and checkouts
   * that no longer count towards a limit.
   */
  prune(nowMs: number): AsyncResult<void>;
  /**
   * Deletes one slice of what is older than the settings allow, in one transaction. See `Retention`. For responses and
   * activities, it continues after the slice before. Any number of processes may call it.
   */
  dropOld(slice: RetentionSlice): AsyncResult<DroppedSlice>;
  close(): Promise<void>;
}
