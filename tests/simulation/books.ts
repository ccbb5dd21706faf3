import type { RecordStore, SandboxRecord } from '../../adapters/sandbox/records.ts';
import type { Pause } from '../../core/pause.ts';
import type { DatabaseRecords } from '../chaos/run/databaseRecords.ts';
import type { Snapshot } from '../chaos/snapshot.ts';

/** What is not at rest in the database. */
export type OpenWork = {
  readonly payments: number;
  readonly pendingOrders: number;
  readonly payingOrders: number;
  readonly paidOrders: number;
  readonly refunds: number;
  /** Tasks of groups, before their notice. Those that have failed are not counted, nor are they in the next two. */
  readonly groups: number;
  /** Tasks of groups or refunds at the step that sends a mail. */
  readonly notices: number;
  /** Tasks of refunds before their mail, events and reconciliations. */
  readonly jobs: number;
  /** Tasks that a refund has paused. Their orders may be `paid`, and count nowhere else. */
  readonly paused: number;
  /** Events that a subscription has not heard. */
  readonly undelivered: number;
};

export const noticeSteps: ReadonlySet<string> = new Set(['notify_customer', 'notify_of_refund']);

/** By order, how many rows its history has. */
export type HistoryLengths = ReadonlyMap<string, number>;

export type Books = {
  read(): Promise<Omit<DatabaseRecords, 'mails'>>;
  open(): OpenWork;
  failedTasks(): readonly {
    readonly id: string;
    readonly pipeline: string;
    readonly step: string;
    readonly error: string | null;
  }[];
  /** Tasks of groups at the step, which another process or an operator may move. */
  taskIdsAt(step: string): readonly string[];
  pauses(): readonly Pick<Pause, 'id' | 'pipeline' | 'step' | 'origin'>[];
  historyLengths(): HistoryLengths;
  orderStatus(id: string): string | undefined;
  /** The fencing token of a task that is leased. Undefined for any other. */
  runningLease(taskId: string): number | undefined;
  /** Payments that have ended without money and whose key is spent. */
  endedPayments(): readonly { readonly id: string; readonly amount: number; readonly currency: string }[];
  /** The provider's ids of the charges of payments that have succeeded. */
  chargedReferences(): readonly { readonly reference: string; readonly amount: number }[];
};

type ProviderRecords = Pick<Snapshot, 'charges' | 'providerRefunds' | 'providerDisputes' | 'sentEvents'>;

export const readProvider = async (records: RecordStore): Promise<ProviderRecords> => {
  const all = (await records.list({ from: '', before: '~', limit: 1_000_000 }))._unsafeUnwrap();
  const withPrefix = (prefix: string) => all.filter(({ id }) => id.startsWith(prefix)).map(parseRecord);
  return {
    charges: withPrefix('pi_').map(({ body }) => ({
      ...{ id: body.id, paymentId: body.metadata.payment_id ?? '', ...body.amount, status: body.status },
    })),
    providerRefunds: withPrefix('re_').map(({ body }) => ({
      ...{ id: body.id, chargeId: body.intentId, refundId: body.metadata.refund_id ?? null },
      ...{ ...body.amount, status: body.status },
    })),
    providerDisputes: withPrefix('dp_').map(disputeOf),
    sentEvents: withPrefix('evt_').map(({ body, due }) => ({
      ...{ id: body.id, type: body.type, acknowledged: !due },
    })),
  };
};

/** The disputes alone: they are asked for again and again. */
export const readDisputes = async (records: RecordStore): Promise<ProviderRecords['providerDisputes']> =>
  (await records.list({ from: 'dp_', before: 'dp_~', limit: 1_000_000 }))
    ._unsafeUnwrap()
    .map(parseRecord)
    .map(disputeOf);

const parseRecord = ({ body, dueAtMs }: SandboxRecord) => ({ due: dueAtMs !== null, body: JSON.parse(body) });

const disputeOf = ({ body }: ReturnType<typeof parseRecord>) => ({
  ...{ id: body.id, chargeId: body.intentId, ...body.amount, status: body.status },
});

/** How many events and delayed refunds the provider still has to send or decide. */
export const countDue = async (records: RecordStore): Promise<number> => {
  const due = await records.due({ nowMs: Number.MAX_SAFE_INTEGER, limit: 1_000 });
  return due.unwrapOr([] as readonly SandboxRecord[]).length;
};
