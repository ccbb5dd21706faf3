import type postgres from 'postgres';

type Row<Fields> = Fields & { readonly id: string };

/** What the rules read, of one moment. */
export type Snapshot = {
  readonly orders: readonly Row<{
    status: string;
    held: number;
    seq: number;
    checkout_id: string | null;
    product_id: string;
    quantity: number;
    amount: number;
    email: string;
    disputed: boolean;
  }>[];
  /** By order, oldest first. */
  readonly history: readonly { readonly order_id: string; readonly seq: number; readonly state: string }[];
  readonly payments: readonly Row<{
    status: string;
    attempt: number;
    amount: number;
    order_ids: readonly string[];
    has_response: boolean;
    recover_ms: number;
    decline_code: string | null;
  }>[];
  readonly tasks: readonly Row<{
    checkout_id: string | null;
    order_ids: readonly string[] | null;
    seqs: readonly number[] | null;
    job_id: string | null;
    pipeline: string;
    step: string;
    state: string;
    attempts: number;
    crashes: number;
    lease: number;
    lease_until_ms: number | null;
    run_ms: number;
  }>[];
  readonly refunds: readonly Row<{
    order_id: string | null;
    payment_id: string | null;
    amount: number;
    status: string;
    origin: string;
    reference: string | null;
    credit_note_year: number | null;
    credit_note_sequence: number | null;
  }>[];
  readonly stock: readonly {
    readonly product_id: string;
    readonly limited: boolean;
    readonly units: number;
    readonly delivered: number;
  }[];
  readonly products: readonly { readonly code: string; readonly name: string; readonly archived: boolean }[];
  readonly sold: readonly { readonly product_id: string; readonly units: number }[];
  readonly invoices: readonly {
    readonly year: number;
    readonly sequence: number;
    readonly checkout_id: string;
    readonly task_id: string;
  }[];
  readonly invoice_counters: readonly { readonly year: number; readonly last: number }[];
  readonly credit_note_counters: readonly { readonly year: number; readonly last: number }[];
  readonly subscriptions: readonly Row<{ target: string; types: readonly string[]; paused: boolean }>[];
  readonly events: readonly {
    readonly subscription_id: string;
    readonly subject: string;
    readonly sequence: number;
    readonly type: string;
    readonly kind: string;
    readonly attempts: number;
    readonly lease: number;
    readonly due_ms: number;
  }[];
  readonly pauses: readonly {
    readonly id: string;
    readonly origin: string;
    readonly pipeline: string;
    readonly step: string | null;
    readonly probe_task_id: string | null;
    readonly probe_failures: number;
    readonly probe_at_ms: number | null;
  }[];
  readonly rest: Readonly<Record<string, unknown>>;
};

const lists: Readonly<Record<Exclude<keyof Snapshot, 'rest'>, string>> = {
  orders: `select id, status, held, seq, checkout_id, product_id, quantity, amount, email, disputed from orders`,
  history: `select order_id, seq, state, detail from order_history order by order_id, seq`,
  payments: `select p.id, p.status, attempt, p.amount, a.order_ids, p.response is not null as has_response, recover_ms,
    decline_code from payment p left join audit a using (id)`,
  tasks: `select id, checkout_id, order_ids, seqs, job_id, pipeline, step, state, attempts, crashes, lease,
    lease_until_ms, run_ms from task`,
  refunds: `select id, order_id, payment_id, amount, status, origin, reference, reason, error, credit_note_year, credit_note_sequence
    from refund`,
  stock: `select product_id, limited, units, delivered from stock`,
  products: `select code, name, archived from product`,
  sold: `select product_id, sum(units)::int as units from sold_units group by product_id`,
  invoices: `select year, sequence, checkout_id, task_id, content from invoice`,
  invoice_counters: `select year, last from invoice_counter`,
  credit_note_counters: `select year, last from credit_note_counter`,
  subscriptions: `select id, target, types, paused, pause_reason, failures, retry_ms, lease, lease_until_ms, secret,
    previous_secret from subscription`,
  events: `select subscription_id, subject, sequence, type, kind, attempts, lease, due_ms from event
    union all
    select b.subscription_id, e.subject, e.sequence, e.type,
      case when e.quantity is null then 'checkout' else 'order' end, 0, 0, b.at_ms
    from event_batch b cross join unnest(b.subjects, b.sequences, b.types, b.quantities)
      as e(subject, sequence, type, quantity)
    order by subscription_id, subject, sequence`,
  pauses: `select id, origin, pipeline, step, probe_task_id, probe_failures, probe_at_ms from pause`,
};

/** Counts of rows that no rule reads. Two runs that differ in them differ. */
const counts: readonly string[] = [
  'select count(*) from shipment',
  'select count(*) from licence',
  'select count(*) from payment_attempt',
  'select count(*) from counted_checkout',
  'select count(*) from provider_event',
  'select count(*) from service_key',
  'select count(*) from command_key',
  'select count(*) from activity',
  'select count(*) from dispute',
  'select count(*) from captured_mail',
  'select count(*) from acknowledgement',
  'select count(*) from reconciliation',
  'select count(*) from reconciliation_difference',
  'select count(*) from webhook_delivery',
  'select count(*) from queue_history',
  'select count(*) from secret',
  'select count(*) from step_ledger',
  'select count(*) from step_ledger where accepted_ms is not null',
  'select coalesce(sum(tasks), 0) from finished_tasks',
];

const statement = `select json_build_object(${[
  ...Object.entries(lists).map(
    ([name, list]) => `'${name}', (select coalesce(json_agg(r), '[]') from (${list}) r)`,
  ),
  `'rest', json_build_array(${counts.map((count) => `(${count})`).join(', ')})`,
].join(', ')}) as snapshot`;

export const readSnapshot = async (sql: postgres.Sql): Promise<Snapshot> => {
  const [row] = await sql.unsafe<{ snapshot: Snapshot }[]>(statement, [], { prepare: true });
  if (row === undefined) throw new Error('the rows were not read');
  return row.snapshot;
};

const uuids = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** The ids of all rows. */
export const idsIn = (snapshot: Snapshot): ReadonlySet<string> =>
  new Set(JSON.stringify(snapshot).match(uuids) ?? []);

/** The same text for two snapshots that differ in nothing but the ids of new rows. */
export const digestOf = (snapshot: Snapshot, known: ReadonlySet<string>): string =>
  Object.entries(snapshot)
    .map(([name, rows]) => {
      const lines = (Array.isArray(rows) ? rows : [rows]).map((row) =>
        JSON.stringify(row).replaceAll(uuids, (id) => (known.has(id) ? id : 'new')),
      );
      return `${name}: ${(name === 'rest' ? lines : lines.toSorted()).join('\n  ')}`;
    })
    .join('\n');
