import { actorOfColumns } from '../../core/activity.ts';
import { pageOf } from '../../core/page.ts';
import { paymentStatusesBefore } from '../../core/payment.ts';
import {
  rankOf,
  type TimelineEntry,
  type TimelineKind,
  type TimelinePage,
  timelineKinds,
} from '../../core/timeline.ts';
import { isOneOf } from './statuses.ts';

/** How a database writes a parameter, and how it compares text byte by byte. */
export type TimelineDialect = {
  readonly orderId: string;
  readonly nowMs: string;
  readonly atMs: string;
  readonly rank: string;
  readonly key: string;
  readonly rowsMax: string;
  /** A condition on a row of `task`: the order is in its group. */
  readonly isInGroup: string;
  readonly collation: string;
};

/** A row of the statement. */
export type StoredTimelineRow = Omit<TimelineEntry, 'kind' | 'actor'> & {
  readonly rank: number;
  readonly key: string;
  readonly actorId: string | null;
  readonly actorEmail: string | null;
  readonly actorName: string | null;
};

/**
 * Everything that happened to an order, by time. Each part reads the rows of one order by an index; an order has few of
 * each but states. All parts have the columns of `columns`, and what they leave out is null.
 */
export const timelineSql = (dialect: TimelineDialect): string => {
  const { orderId, nowMs, atMs, rank, key, rowsMax, isInGroup, collation } = dialect;
  // The index finds the tasks of the order's checkout.
  const isOfOrder = `checkout_id = (select checkout_id from orders where id = ${orderId}) and ${isInGroup}`;
  const task = {
    atMs: 'run_ms',
    key: text('id'),
    what: `case
      when state = 'parked' or (state = 'ready' and exists (
        select 1 from pause p where p.pipeline = task.pipeline and (p.step is null or p.step = task.step)
      )) then 'paused'
      when state = 'ready' and run_ms > ${nowMs} then 'waiting'
      else state
    end`,
    id: text('id'),
    detail: `step || coalesce(': ' || last_error, '')`,
  };
  const parts = [
    part('command', {
      from: `activity where order_id = ${orderId}`,
      key: text('id'),
      what: 'action',
      id: 'target',
      detail: 'detail',
      actorId: 'actor_id',
      actorEmail: 'actor_email',
      actorName: 'actor_name',
      requestId: 'request_id',
    }),
    part('payment', {
      from: `payment_attempt where order_id = ${orderId}`,
      key: `${text('payment_id')} || '/' || ${text('attempt')}`,
      what: 'status',
      id: text('payment_id'),
      declineCode: 'decline_code',
    }),
    // The last payment, unless it ended without money and is an attempt above.
    part('payment', {
      from: `orders o join payment p on p.id = o.checkout_id
        where o.id = ${orderId} and not ${isOneOf('p.status', paymentStatusesBefore('refund'))}`,
      atMs: 'p.updated_ms',
      key: text('p.id'),
      what: 'p.status',
      id: text('p.id'),
    }),
    part('state', {
      from: `order_history where order_id = ${orderId}`,
      key: text('1000000000 + seq'),
      what: 'state',
      detail: 'detail',
    }),
    // The unfinished task of its group, and those of its refunds.
    part('task', { from: `task where ${isOfOrder}`, ...task }),
    part('task', {
      from: `task where job_id in (select id from refund where order_id = ${orderId})`,
      ...task,
    }),
    part('mail', {
      from: `step_ledger where task_id in (select id from task where ${isOfOrder}) and step = '${mailStep}'
        and accepted_ms is null`,
      atMs: 'intended_ms',
      key: 'step',
      what: `'begun'`,
    }),
    // The ledger knows tasks, and a task that is done has no row. The history of the order says that its mail was sent.
    part('mail', {
      from: `order_state where order_id = ${orderId} and state = 'customer_notified'`,
      key: text('seq'),
      what: `'sent'`,
    }),
    part('refund', {
      from: `refund where order_id = ${orderId}`,
      atMs: 'created_ms',
      key: text('id'),
      what: 'status',
      id: text('id'),
      detail: `${text('amount')} || ' ' || currency || ': ' || reason || coalesce(' (' || error || ')', '')`,
    }),
  ];
  return `
    select * from (${parts.join(' union all ')}) entry
    where "atMs" > ${atMs} or ("atMs" = ${atMs} and (
      "rank" > ${rank} or ("rank" = ${rank} and "key" collate ${collation} > ${key})))
    order by "atMs", "rank", "key" collate ${collation} limit ${rowsMax}`;
};

const mailStep = 'notify_customer';

const text = (expression: string): string => `cast(${expression} as text)`;

type Part = { readonly from: string; readonly key: string } & Partial<Record<Column, string>>;
type Column = (typeof columns)[number];
const columns = [
  'what',
  'id',
  'detail',
  'declineCode',
  'actorId',
  'actorEmail',
  'actorName',
  'requestId',
  'atMs',
] as const;

const part = (kind: TimelineKind, { from, key, ...given }: Part): string => {
  const values = { atMs: 'at_ms', ...given };
  const listed = columns.map((name) => `${values[name] ?? 'cast(null as text)'} as "${name}"`);
  return `select ${rankOf(kind)} as "rank", ${key} as "key", ${listed.join(', ')} from ${from}`;
};

/** The page of rows that were read with `limit + 1`. */
export const timelinePageOf = (rows: readonly StoredTimelineRow[], limit: number): TimelinePage => {
  const { items, next } = pageOf(rows, limit, ({ atMs, rank, key }) => ({ atMs, rank, key }));
  return { items: items.map(entryOf), next };
};

const entryOf = ({
  rank,
  key: _,
  actorId,
  actorEmail,
  actorName,
  ...row
}: StoredTimelineRow): TimelineEntry => {
  const actor = actorOfColumns({ actorId, actorEmail, actorName });
  const kind = timelineKinds[rank];
  if (kind === undefined) throw new Error(`the timeline has no kind with the rank ${rank}`);
  return { ...row, kind, actor };
};
