import type { CheckoutResponse } from '../../core/audit.ts';
import type { LedgerDifference, Reconciliation } from '../../core/ledger.ts';
import type { CapturedMail } from '../../core/mail.ts';
import type { Contact, Invoice, Order, OrderState } from '../../core/order.ts';
import type { Payment } from '../../core/payment.ts';
import type { Product } from '../../core/product.ts';
import type { ProviderEvent } from '../../core/provider.ts';
import type { StoredTaskState } from '../../core/queue.ts';
import type { Refund } from '../../core/refund.ts';
import type { Findable } from './search.ts';

export type ProductRow = { readonly product: Product; readonly findable: Findable };

export type OrderRow = { readonly order: Order; readonly contact: Contact; readonly findable: Findable };

export type AuditRow = {
  readonly id: string;
  readonly customerId: string;
  readonly orderIds: readonly string[];
  /** As `fingerprintOf` its request. */
  readonly fingerprint: string;
  readonly answer: CheckoutResponse | null;
  readonly createdAtMs: number;
};

export type PaymentRow = {
  readonly payment: Payment;
  readonly attempt: number;
  /** Of the claim that holds: a key that is sent again after a release begins anew. */
  readonly claimedAtMs: number;
  /** When the reconciler may take it up, while it is open. */
  readonly dueMs: number;
  readonly updatedAtMs: number;
};

export type TaskRow = {
  readonly id: string;
  /** Of the two one is null. */
  readonly orderId: string | null;
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
  /** It failed because an effect refused it: the order cannot be had. */
  readonly unfulfillable: boolean;
};

export type RefundRow = { readonly refund: Refund; readonly fingerprint: string };

export type EventRow = { readonly event: ProviderEvent; readonly receivedMs: number };

export type DifferenceRow = LedgerDifference & { readonly id: string };

export type Tables = ReturnType<typeof emptyTables>;

export const emptyTables = () => ({
  products: new Map<string, ProductRow>(),
  /** Product ids. */
  codes: new Map<string, string>(),
  orders: new Map<string, OrderRow>(),
  /** By order id; the row of `seq` is at `seq - 1`. */
  histories: new Map<string, readonly OrderState[]>(),
  audits: new Map<string, AuditRow>(),
  /** Audit ids by their GUID. */
  keys: new Map<string, string>(),
  payments: new Map<string, PaymentRow>(),
  tasks: new Map<string, TaskRow>(),
  /** The ledger of external steps, by `deliveryKey`. */
  deliveries: new Map<string, { readonly intendedMs: number; readonly acceptedMs: number | null }>(),
  /** Tasks finished in a millisecond. */
  finished: new Map<number, number>(),
  /** The last invoice number of a year. */
  invoiceCounters: new Map<number, number>(),
  /** These three by order id. */
  invoices: new Map<string, Invoice>(),
  licences: new Map<string, readonly string[]>(),
  shipments: new Map<string, number>(),
  refunds: new Map<string, RefundRow>(),
  /** Refund ids by their key. */
  refundKeys: new Map<string, string>(),
  /** The last credit note's number of a year. */
  creditNoteCounters: new Map<number, number>(),
  events: new Map<string, EventRow>(),
  /** Event ids of our own, by provider and the id there. */
  eventIds: new Map<string, string>(),
  moneyAudits: new Map<string, Reconciliation>(),
  /** By audit id. */
  differences: new Map<string, readonly DifferenceRow[]>(),
  /** By `messageId`, in the order they came. */
  mails: new Map<string, CapturedMail>(),
  secrets: new Map<string, string>(),
});

/** The writes of one transaction. Rows are values: they are replaced and never changed in place. */
export type Writes = {
  set<K, V extends NonNullable<unknown>>(table: Map<K, V>, key: K, row: V): void;
  remove<K, V extends NonNullable<unknown>>(table: Map<K, V>, key: K): void;
};

/** Runs `work`, which answers at once; when it throws, what it wrote is taken back. */
export const atomically = <T>(work: (writes: Writes) => T): T => {
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

/** The row that another one names; that it is missing can only be a bug. */
export const rowOf = <K, V>(table: ReadonlyMap<K, V>, key: K): V => {
  const row = table.get(key);
  if (row === undefined) throw new Error(`there is no row ${String(key)}`);
  return row;
};
