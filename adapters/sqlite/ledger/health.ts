import type Database from 'better-sqlite3';
import { firstIdAt } from '../../../core/id.ts';
import {
  type Ledger,
  type MoneyCase,
  type MoneyCheck,
  type MoneyCount,
  moneyCheckLimits,
  stoppedOrderStatuses,
  unfinishedOrderStatuses,
} from '../../../core/ledger.ts';
import { type Page, pageOf } from '../../../core/page.ts';
import { openPaymentStatuses, paymentStatusAfter } from '../../../core/payment.ts';
import { failedRefundStatuses, openRefundStatuses } from '../../../core/refund.ts';
import { isOneOf, quoted } from '../../stored/statuses.ts';
import type { Connection } from '../connection.ts';

type Counts = Readonly<Record<MoneyCheck, MoneyCount>>;

/** See `MoneyBooks.counts`. */
export const createCountCases = ({ client }: Connection): ((nowMs: number) => Counts) => {
  const statements = prepared<[Times], MoneyCount>(
    client,
    (list) => `select count(*) as count, min(sinceMs) as oldestMs from (${list})`,
  );
  const count = (check: MoneyCheck, nowMs: number): MoneyCount =>
    statements(check).get(timesOf[check](nowMs)) ?? { count: 0, oldestMs: null };
  return (nowMs) => ({
    paid_without_progress: count('paid_without_progress', nowMs),
    unknown: count('unknown', nowMs),
    charged_twice: count('charged_twice', nowMs),
    refunds_stuck: count('refunds_stuck', nowMs),
    ledger_differences: count('ledger_differences', nowMs),
  });
};

type FindingQuery = Parameters<Ledger['cases']>[0];

/** See `MoneyBooks.findings`. */
export const createListCases = ({
  client,
}: Connection): ((query: FindingQuery) => Page<MoneyCase, string>) => {
  const statements = prepared<[Times], FindingRow>(
    client,
    (list) => `select * from (${list}) where id > $after order by id limit $limit`,
  );
  return ({ check, nowMs, after, limit }) => {
    const times = timesOf[check](nowMs);
    const rows = statements(check).all({ ...times, after: after ?? '', limit: limit + 1 });
    return pageOf(rows.map(findingOf), limit, ({ id }) => id);
  };
};

/** A statement for each check, prepared when it is asked for first. */
const prepared = <Values extends unknown[], Row>(
  client: Database.Database,
  statementOf: (list: string) => string,
): ((check: MoneyCheck) => Database.Statement<Values, Row>) => {
  const statements = new Map<MoneyCheck, Database.Statement<Values, Row>>();
  return (check) => {
    const statement = statements.get(check) ?? client.prepare<Values, Row>(statementOf(lists[check]));
    statements.set(check, statement);
    return statement;
  };
};

type FindingRow = Omit<MoneyCase, 'amount'> & {
  readonly amount: number | null;
  readonly currency: string | null;
};

const findingOf = ({ amount, currency, ...row }: FindingRow): MoneyCase => ({
  ...row,
  amount: amount === null || currency === null ? null : { amount, currency },
});

/** What the statement of a check is asked with. */
type Times = Readonly<Record<string, string | number>>;

const timesOf: Readonly<Record<MoneyCheck, (nowMs: number) => Times>> = {
  paid_without_progress: (nowMs) => ({
    sinceMs: nowMs - moneyCheckLimits.progressMs,
    youngId: firstIdAt(nowMs - moneyCheckLimits.progressMs + 1),
    dayId: firstIdAt(nowMs - dayMs),
  }),
  unknown: (nowMs) => ({ sinceMs: nowMs - moneyCheckLimits.outcomeMs }),
  charged_twice: (nowMs) => ({ sinceId: firstIdAt(nowMs - moneyCheckLimits.chargedTwiceMs) }),
  refunds_stuck: (nowMs) => ({ sinceMs: nowMs - moneyCheckLimits.refundMs }),
  ledger_differences: (nowMs) => ({ sinceMs: nowMs - moneyCheckLimits.auditsMs }),
};

const dayMs = 24 * 3_600_000;

/**
 * Each reads what is open, what is young or what has an index of its own, and never all orders or payments. Ids
 * tell when a task was made, so that the many that are young are not read.
 */
const lists: Readonly<Record<MoneyCheck, string>> = {
  // A paid order without a task would be a bug of ours, and is looked for among the orders of the last day.
  paid_without_progress: `
    select o.id, o.id as orderId, o.checkout_id as paymentId, null as refundId, o.amount, o.currency,
      o.updated_ms as sinceMs, f.last_error as detail
    from (
      select order_id, last_error from task indexed by task_failed
      where state = 'failed' and order_id is not null
      union all
      select order_id, last_error from task
      where id < $youngId and state <> 'failed' and order_id is not null
      union all
      select d.id, null from orders d
      where d.position >= (select position from orders where id >= $dayId order by id limit 1)
        and ${isOneOf('d.status', [...unfinishedOrderStatuses, ...stoppedOrderStatuses])}
        and not exists (select 1 from task t where t.order_id = d.id)
    ) f cross join orders o on o.id = f.order_id
    where (${isOneOf('o.status', stoppedOrderStatuses)}
        or ${isOneOf('o.status', unfinishedOrderStatuses)} and o.updated_ms <= $sinceMs)
      and not exists (select 1 from refund r where r.order_id = o.id and ${isOneOf('+r.status', openRefundStatuses)})`,

  unknown: `
    select id, null as orderId, id as paymentId, null as refundId, amount, currency, created_ms as sinceMs,
      status as detail
    from payment indexed by payment_open
    where ${isOneOf('status', openPaymentStatuses)} and created_ms <= $sinceMs`,

  // Of two payments for an order, one at least is not of the checkout that it stands under. Asked so, the few
  // orders that were claimed again are looked into, and not the payments of all.
  charged_twice: `
    with again as materialized (
      select o.id as orderId, o.checkout_id as ownId, a.id as otherId
      from audit a cross join json_each(a.order_ids) j cross join orders o on o.id = j.value
      where a.id >= $sinceId and o.checkout_id <> a.id
    )
    select o.id, o.id as orderId, o.checkout_id as paymentId, null as refundId, o.amount, o.currency,
      max(p.updated_ms) as sinceMs, group_concat(p.id, ', ' order by p.id) as detail
    from (
      select orderId, otherId as paymentId from again
      union
      select orderId, ownId from again where ownId >= $sinceId
    ) c cross join payment p on p.id = c.paymentId and p.status = ${quoted(paymentStatusAfter.succeed)}
      cross join orders o on o.id = c.orderId
    group by o.id having count(*) > 1`,

  refunds_stuck: `
    select r.id, r.order_id as orderId, r.payment_id as paymentId, r.id as refundId, r.amount, r.currency,
      case when ${isOneOf('r.status', openRefundStatuses)} then r.created_ms else r.updated_ms end as sinceMs,
      coalesce(r.error, (select last_error from task t where t.job_id = r.id)) as detail
    from refund r
    where ${isOneOf('r.status', openRefundStatuses)} and r.created_ms <= $sinceMs
      or ${isOneOf('r.status', failedRefundStatuses)} and not exists (
        select 1 from refund later
        where later.order_id = r.order_id and later.id <> r.id and later.created_ms >= r.updated_ms)`,

  ledger_differences: `
    select d.id, null as orderId, d.payment_id as paymentId, d.refund_id as refundId,
      coalesce(d.theirs_amount, d.ours_amount) as amount,
      coalesce(d.theirs_currency, d.ours_currency) as currency, d.at_ms as sinceMs,
      d.kind || coalesce(': ' || d.provider_id, '') as detail
    from (
      select max(id) as id from money_audit
      where finished_ms is not null and day_ms >= $sinceMs group by day_ms
    ) newest cross join money_difference d on d.audit_id = newest.id`,
};
