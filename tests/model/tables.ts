import type { Activity } from '../../core/activity.ts';
import type { KnownResponse } from '../../core/audit.ts';
import type { StoredCommand } from '../../core/commandKey.ts';
import type { Delivery } from '../../core/delivery.ts';
import type { Dispute } from '../../core/dispute.ts';
import type { UnrenderedEvent } from '../../core/eventBody.ts';
import type { Invoice } from '../../core/invoice.ts';
import type { InvoiceRequest } from '../../core/invoiceRequest.ts';
import type { Acknowledgement, LedgerDifference, Reconciliation } from '../../core/ledger.ts';
import type { CapturedMail, Mail } from '../../core/mail.ts';
import type { Contact, Order, OrderState } from '../../core/order.ts';
import type { Pause } from '../../core/pause.ts';
import type { Payment } from '../../core/payment.ts';
import type { Product } from '../../core/product.ts';
import type { ProviderEvent } from '../../core/provider.ts';
import type { StoredTaskState } from '../../core/queue.ts';
import type { HistoryRow } from '../../core/queueHistory.ts';
import type { Refund } from '../../core/refund.ts';
import type { ServiceKey } from '../../core/serviceKey.ts';
import type { StepReference } from '../../core/serviceReference.ts';
import type { StockDifference } from '../../core/stockCheck.ts';
import type { RelaySubscription } from '../../core/subscription.ts';
import type { SearchTokens } from './search.ts';

export type ProductRow = { readonly product: Omit<Product, 'stock'>; readonly searchTokens: SearchTokens };

export type OrderRow = {
  readonly order: Order;
  readonly contact: Contact;
  readonly searchTokens: SearchTokens;
  /** The units that it has taken from the stock and not given back. */
  readonly held: number;
};

export type StockRow = { readonly limited: boolean; readonly units: number; readonly delivered: number };

export type AuditRow = {
  readonly id: string;
  readonly number: string;
  readonly customerId: string;
  readonly orderIds: readonly string[];
  /** See `fingerprintOf`. */
  readonly fingerprint: string;
  readonly response: KnownResponse;
  readonly createdAtMs: number;
};

export type PaymentRow = {
  readonly payment: Payment;
  readonly attempt: number;
  /** When the current claim was made. A retry of a released key is a new claim. */
  readonly claimedAtMs: number;
  /** While the payment is open: when recovery may claim it. */
  readonly recoverAtMs: number;
  readonly updatedAtMs: number;
};

export type TaskRow = {
  readonly id: string;
  /** Exactly one of `checkoutId` and `jobId` is null. */
  readonly checkoutId: string | null;
  readonly orderIds: readonly string[];
  readonly jobId: string | null;
  readonly pipeline: string;
  readonly step: string;
  readonly state: StoredTaskState;
  readonly attempts: number;
  readonly crashes: number;
  readonly lease: number;
  readonly leaseUntilMs: number;
  readonly runAtMs: number;
  readonly lastError: string | null;
  readonly traceparent?: string | null | undefined;
};

export type PauseRow = {
  readonly pause: Pause;
  /** The next three count for faults only. */
  readonly probeAtMs: number;
  readonly probeTaskId: string | null;
  readonly failures: number;
};

export type RefundRow = {
  readonly refund: Refund;
  readonly fingerprint: string;
  /** Of a refund without a payment of ours. */
  readonly chargeReference: string | null;
  /** The provider's id of the refund. */
  readonly reference: string | null;
};

export type EventRow = { readonly event: ProviderEvent; readonly receivedMs: number };

export type DifferenceRow = LedgerDifference & { readonly id: string };

/** An attempt to pay for an order that ended without money. */
export type PaymentAttemptRow = {
  readonly orderId: string;
  readonly paymentId: string;
  readonly attempt: number;
  readonly status: string;
  readonly declineCode: string | null;
  readonly atMs: number;
};

export type StepLedgerRow = {
  readonly intendedMs: number;
  readonly acceptedMs: number | null;
  /** The request for a step service. */
  readonly body: string | null;
};

export type InvoiceRequestRow = InvoiceRequest & { readonly answeredMs: number };

export type SubscriptionRow = RelaySubscription & {
  readonly secretChangedAtMs: number | null;
  /** Of its runs. */
  readonly lease: number;
  readonly leaseUntilMs: number;
};

export type OutboxRow = UnrenderedEvent & {
  readonly subscriptionId: string;
  readonly body: string | null;
  readonly attempts: number;
  readonly lease: number;
  readonly dueAtMs: number;
};

export type DeliveryRow = Delivery &
  Pick<UnrenderedEvent, 'kind'> & {
    readonly subscriptionId: string;
    readonly body: string;
  };

export type Tables = ReturnType<typeof createTables>;

export const createTables = () => ({
  products: new Map<string, ProductRow>(),
  /** By product id. */
  stocks: new Map<string, StockRow>(),
  /** By product code. */
  productIds: new Map<string, string>(),
  orders: new Map<string, OrderRow>(),
  /** By order id; the row of `seq` is at `seq - 1`. */
  histories: new Map<string, readonly OrderState[]>(),
  audits: new Map<string, AuditRow>(),
  /** By `auditKeyOf`. */
  auditIds: new Map<string, string>(),
  payments: new Map<string, PaymentRow>(),
  tasks: new Map<string, TaskRow>(),
  pauses: new Map<string, PauseRow>(),
  /** By `stepKey`. */
  stepLedger: new Map<string, StepLedgerRow>(),
  /** By `stepKey` of the order. */
  stepReferences: new Map<string, StepReference>(),
  /** How many tasks finished in each millisecond, by time and pipeline. */
  finishedTasks: new Map<
    string,
    { readonly atMs: number; readonly pipeline: string; readonly tasks: number }
  >(),
  /** By slot and pipeline. */
  queueHistory: new Map<string, HistoryRow>(),
  /** The last invoice number of each year. */
  invoiceCounters: new Map<number, number>(),
  /** By checkout id. */
  invoices: new Map<string, Invoice>(),
  /** The task that issued the invoice of a checkout, and its pipeline. */
  invoiceIssuers: new Map<string, { readonly taskId: string; readonly pipeline: string }>(),
  /** By checkout id: the request to an invoice service, with its answer. */
  invoiceRequests: new Map<string, InvoiceRequestRow>(),
  /** By order id, like the next one. */
  licences: new Map<string, readonly string[]>(),
  shipments: new Map<string, number>(),
  /** By product id: what completed orders hold, and refunded ones that keep their units. */
  soldUnits: new Map<string, number>(),
  /** By the id of the product or order. */
  stockDifferences: new Map<string, StockDifference & { readonly sinceMs: number }>(),
  refunds: new Map<string, RefundRow>(),
  /** By idempotency key. */
  refundIds: new Map<string, string>(),
  /** The last credit note number of each year. */
  creditNoteCounters: new Map<number, number>(),
  /** By the provider's id. */
  disputes: new Map<string, Dispute>(),
  events: new Map<string, EventRow>(),
  /** Our own event ids, by provider and the provider's id. */
  eventIds: new Map<string, string>(),
  /** By `identityOf` of the key. */
  commandKeys: new Map<string, StoredCommand & { readonly createdAtMs: number }>(),
  reconciliations: new Map<string, Reconciliation>(),
  /** By reconciliation id. */
  differences: new Map<string, readonly DifferenceRow[]>(),
  /** By the check and the subject of the case. */
  acknowledgements: new Map<string, Acknowledgement>(),
  /** By `messageId`, in the order of their arrival. */
  mails: new Map<string, Mail & Pick<CapturedMail, 'atMs'>>(),
  activity: new Map<string, Activity>(),
  /** By order, payment and number of the attempt. */
  paymentAttempts: new Map<string, PaymentAttemptRow>(),
  secrets: new Map<string, string>(),
  /** The last id that retention has passed over, by its kind. */
  retentionProgress: new Map<string, string>(),
  subscriptions: new Map<string, SubscriptionRow>(),
  /** Undelivered events, by subscription, subject and sequence. */
  outbox: new Map<string, OutboxRow>(),
  /** By subscription and id. */
  deliveries: new Map<string, DeliveryRow>(),
  serviceKeys: new Map<string, { readonly key: ServiceKey; readonly hash: string }>(),
});

/** The writes of one transaction. Rows are values: they are replaced and never changed in place. */
export type Writes = {
  set<K, V extends NonNullable<unknown>>(table: Map<K, V>, key: K, row: V): void;
  remove<K, V extends NonNullable<unknown>>(table: Map<K, V>, key: K): void;
};

/** Runs `work`, which must be synchronous. If it throws, its writes are undone. */
export const runTransaction = <T>(work: (writes: Writes) => T): T => {
  const undo: (() => void)[] = [];
  const remember = <K, V>(table: Map<K, V>, key: K) => {
    const before = table.get(key);
    undo.push(() => (before === undefined ? table.delete(key) : table.set(key, before)));
  };
  try {
    return work({
      set: (table, key, row) => {
        remember(table, key);
        table.set(key, row);
      },
      remove: (table, key) => {
        remember(table, key);
        table.delete(key);
      },
    });
  } catch (cause) {
    for (const step of undo.reverse()) step();
    throw cause;
  }
};

/** The rows that are wanted, in the order of their keys' first writes. Polls find none most of the time. */
export const rowsWhere = <K, Row>(table: ReadonlyMap<K, Row>, isWanted: (row: Row) => boolean): Row[] => {
  const rows: Row[] = [];
  for (const row of table.values()) if (isWanted(row)) rows.push(row);
  return rows;
};

/** The row that another row refers to. Throws if it is missing, which is a bug. */
export const rowOf = <K, V>(table: ReadonlyMap<K, V>, key: K): V => {
  const row = table.get(key);
  if (row === undefined) throw new Error(`there is no row ${String(key)}`);
  return row;
};
