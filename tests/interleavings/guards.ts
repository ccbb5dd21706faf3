import type { Replacement } from '../chaos/run/guard.ts';

/** A lock, fence or check of the PostgreSQL adapter. `scenario` must be broken without it. */
export type SteppedGuard = {
  readonly name: string;
  readonly replacement: Replacement;
  /** A part of the scenario's name. */
  readonly scenario: string;
};

const folder = 'adapters/postgres';
const guard = (
  name: string,
  [file, find, replace]: readonly [string, string, string],
  scenario: string,
): SteppedGuard => ({
  name,
  replacement: { file: `${folder}/${file}`, find: sourceOf(find), replace: sourceOf(replace) },
  scenario,
});

/** The texts write `#{` for the dollar and brace of a template, which in a plain string look like a mistake. */
const sourceOf = (text: string): string => text.replaceAll('#{', '${');

const checkoutGuards: readonly SteppedGuard[] = [
  guard(
    'a claim writes only orders that are as it read them',
    ['checkout/claim.ts', ' and o.seq = r.seq', ''],
    'pending orders: claim [a, b] × change the quantity of a',
  ),
  guard(
    'a claim locks its orders',
    [
      'checkout/claim.ts',
      'from orders where id = r.order_id for update #{ifHeld}) o',
      'from orders where id = r.order_id) o',
    ],
    'pending orders: claim alone × claim [b, a] alone × change the quantity of b',
  ),
  guard(
    'a claim locks the stock that it takes from',
    [
      'checkout/claim.ts',
      'from stock where product_id = t.product_id for no key update) l',
      'from stock where product_id = t.product_id) l',
    ],
    'pending orders: claim [a, b] × add to the stock',
  ),
  guard(
    'an outcome locks its payment',
    [
      'checkout/recordOutcomes.ts',
      'from payment where id = s.id for update) p',
      'from payment where id = s.id) p',
    ],
    'an open payment: record a success × record a decline',
  ),
  guard(
    'a release counts only for the newest attempt',
    ['checkout/recordOutcomes.ts', 'and (s.attempt is null or s.old_attempt = s.attempt)', ''],
    'a payment in recovery: record the first attempt as released × claim b',
  ),
  guard(
    'a release locks the stock that it gives back to',
    [
      'checkout/releasedOrders.ts',
      'from stock where product_id = f.product_id for no key update) l',
      'from stock where product_id = f.product_id) l',
    ],
    'an open payment: record a decline × add to the stock',
  ),
  guard(
    'a recovery skips payments that another one has locked',
    ['checkout/claimOpenPayments.ts', '\n          for update skip locked', ''],
    'an open payment: recover what is due × recover what is due',
  ),
  guard(
    'a recovery of one payment locks it',
    ['checkout/claimOpenPayments.ts', '\n          for update`);', '`);'],
    'an open payment: record a success × recover this payment',
  ),
  guard(
    'an expiry locks the orders that it cancels',
    ['orders/cancelExpired.ts', 'order by id for update\n', 'order by id\n'],
    'pending orders: claim [b, a] alone × cancel what has expired × keep the quantity of b',
  ),
];

const queueGuards: readonly SteppedGuard[] = [
  guard(
    'a claim of tasks locks the oldest',
    [
      'queue/claim.ts',
      'order by run_ms, id limit #{share.oldest}\n      for update skip locked',
      'order by run_ms, id limit #{share.oldest}',
    ],
    'a paid checkout: claim the physical tasks × claim the physical tasks',
  ),
  guard(
    'a claim of jobs locks the oldest',
    [
      'queue/jobs.ts',
      'order by run_ms, id limit #{share.oldest}\n      for update skip locked',
      'order by run_ms, id limit #{share.oldest}',
    ],
    'a completed checkout: claim the refunds × claim the refunds',
  ),
  guard(
    'a report locks its task',
    ['queue/queue.ts', '  order by id\n  for update`;', '  order by id`;'],
    'a leased task: refund a × report that it is done',
  ),
  guard(
    'a report counts only for a task that runs',
    ['queue/queue.ts', "outcome === undefined || row.state !== 'running'", 'outcome === undefined'],
    'a leased task: report that it is done × report that it failed',
  ),
  guard(
    'a lease that is over is not extended',
    [
      'queue/queue.ts',
      "where t.id = any(array[l.id]) and t.lease = l.lease and t.state || '' = 'running'\n      returning",
      "where t.id = any(array[l.id]) and t.state || '' = 'running'\n      returning",
    ],
    'a rescued task: extend the old lease × claim the physical tasks',
  ),
  guard(
    'a report of a job locks its task',
    ['queue/jobs.ts', 'offset 0 for update', 'offset 0'],
    'a refund under way: report the job × rescue the job',
  ),
  guard(
    'a rescue locks the tasks',
    ['queue/rescue.ts', '\n      for update skip locked`;', '`;'],
    'a leased task: report that it is done × rescue what has expired',
  ),
  guard(
    'a retry and a skip lock the tasks',
    ['queue/rescue.ts', 'order by id for update`;', 'order by id`;'],
    'a failed task: retry the task × retry the task',
  ),
  guard(
    'a probe is sent by one process',
    ['queue/pauses.ts', 'order by id for update skip locked`;', 'order by id`;'],
    'parked tasks: send the probes × send the probes',
  ),
  guard(
    'the counter of invoices is locked',
    [
      'queue/issueInvoices.ts',
      'insert into invoice_counter (year, last) values (#{year}, 0)\n      on conflict (year) do update set last = invoice_counter.last\n      returning last',
      'select coalesce(max(last), 0)::int as last from invoice_counter where year = #{year}',
    ],
    'a paid checkout: claim the physical tasks × claim the digital tasks',
  ),
];

const refundGuards: readonly SteppedGuard[] = [
  guard(
    'a refund locks its order',
    ['orders/lock.ts', 'where o.id = #{orderId} for update', 'where o.id = #{orderId}'],
    'a completed checkout: refund 60 % of a × refund 60 % of a again',
  ),
  guard(
    'a refund locks the task of its order',
    [
      'orders/lock.ts',
      'from task where #{hasOrder(tx, orderId)} for update`.execute()',
      'from task where #{hasOrder(tx, orderId)}`.execute()',
    ],
    'a leased task: refund a × report that it is done',
  ),
  guard(
    'a task that has appeared is locked before its order',
    ['orders/lock.ts', 'if (appeared !== undefined && appeared.id !== task?.id) return stale;', ''],
    'an open payment: record a success × correct the address',
  ),
  guard(
    'an adoption locks its payment',
    ['refunds/adopt.ts', 'for update of p`;', '`;'],
    'a declined payment: adopt a part of a late charge × adopt a part of a late charge',
  ),
  guard(
    'an adoption locks the refunds that it reads',
    ['refunds/adopt.ts', 'order by id for update`;', 'order by id`;'],
    'a completed checkout: adopt a refund of all × the adopted part failed',
  ),
  guard(
    'a refund that has got an order is finished with it',
    ['refunds/finish.ts', 'if (refund !== undefined && refund.order_id !== null) return stale;', ''],
    'a completed checkout: assign the adopted part × the adopted part failed',
  ),
  guard(
    'the refund of a late charge locks the payment',
    [
      'refunds/refunds.ts',
      'from payment where id = #{paymentId} for update`;',
      'from payment where id = #{paymentId}`;',
    ],
    'a declined payment: refund a late charge × refund a late charge',
  ),
];

const eventGuards: readonly SteppedGuard[] = [
  guard(
    'a new subscription waits for those who append',
    ['events/subscriptions.ts', 'await tx`lock table order_state in share mode`;', ''],
    'events of a subscription: create a webhook × change the quantity',
  ),
  guard(
    'a test event keeps its subscription',
    ['events/events.ts', 'where id = #{subscriptionId} for key share`;', 'where id = #{subscriptionId}`;'],
    'events of a subscription: end the subscription × send a test',
  ),
  guard(
    'a resent delivery keeps its subscription',
    ['events/deliveries.ts', 'where id = #{subscriptionId} for key share', 'where id = #{subscriptionId}'],
    'events of a subscription: end the subscription × resend a delivery',
  ),
  guard(
    'a report locks the events that it has the lease of',
    ['events/lockReported.ts', 'offset 0 for update', 'offset 0'],
    'events of a subscription: claim the events × report it as failed',
  ),
];

export const steppedGuards: readonly SteppedGuard[] = [
  ...checkoutGuards,
  ...queueGuards,
  ...refundGuards,
  ...eventGuards,
];
