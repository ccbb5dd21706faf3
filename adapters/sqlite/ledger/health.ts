import type Database from 'better-sqlite3';
import { firstIdAt } from '../../../core/id.ts';
import {
  failedOrderStatuses,
  type Ledger,
  type MoneyCase,
  type MoneyCheck,
  type MoneyCount,
  moneyCheckLimits,
  unfinishedOrderStatuses,
} from '../../../core/ledger.ts';
import { type Page, pageOf } from '../../../core/page.ts';
import { openPaymentStatuses, paymentStatusAfter } from '../../../core/payment.ts';
import { failedRefundStatuses, openRefundStatuses, succeededRefundStatuses } from '../../../core/refund.ts';
import { isOneOf, quoted } from '../../stored/statuses.ts';
import type { Connection } from '../connection.ts';
import { type AcknowledgementColumns, acknowledgementOf, withAcknowledgements } from './acknowledgements.ts';

type Counts = Readonly<Record<MoneyCheck, MoneyCount>>;

/** See `Ledger.counts`. */
export const createCountCases = ({ client }: Connection): ((nowMs: number) => Counts) => {
  const statements = createStatements<[Values], MoneyCount>(
    client,
    (list) =>
      `select count(*) as count, min(sinceMs) as oldestMs from (${list}) where acknowledgedMs is null`,
  );
  const count = (check: MoneyCheck, nowMs: number): MoneyCount =>
    statements(check).get(valuesOf[check](nowMs)) ?? { count: 0, oldestMs: null };
  return (nowMs) => ({
    paid_without_progress: count('paid_without_progress', nowMs),
    unknown: count('unknown', nowMs),
    charged_twice: count('charged_twice', nowMs),
    refunds_stuck: count('refunds_stuck', nowMs),
    refunds_unassigned: count('refunds_unassigned', nowMs),
    disputes_open: count('disputes_open', nowMs),
    ledger_differences: count('ledger_differences', nowMs),
    stock_differs: count('stock_differs', nowMs),
  });
};

type CasesQuery = Parameters<Ledger['cases']>[0];

/** See `Ledger.cases`. */
export const createListCases = ({ client }: Connection): ((query: CasesQuery) => Page<MoneyCase, string>) => {
  const statements = createStatements<[Values], CaseRow>(
    client,
    (list) => `select * from (${list}) where id > $after order by id limit $limit`,
  );
  return ({ check, nowMs, after, limit }) => {
    const values = valuesOf[check](nowMs);
    const rows = statements(check).all({ ...values, after: after ?? '', limit: limit + 1 });
    return pageOf(rows.map(caseOf), limit, ({ id }) => id);
  };
};

/** Returns a function that returns the case of a check with this id, or null if there is none now. */
export const createFindCase = ({ client }: Connection) => {
  const statements = createStatements<[Values], CaseRow>(
    client,
    (list) => `select * from (${list}) where id = $caseId`,
  );
  return (
    { check, caseId }: { readonly check: MoneyCheck; readonly caseId: string },
    nowMs: number,
  ): MoneyCase | null => {
    const row = statements(check).get({ ...valuesOf[check](nowMs), caseId });
    return row === undefined ? null : caseOf(row);
  };
};

/** One statement for each check. It is prepared at its first use. */
const createStatements = <Bound extends unknown[], Row>(
  client: Database.Database,
  statementOf: (list: string) => string,
): ((check: MoneyCheck) => Database.Statement<Bound, Row>) => {
  const statements = new Map<MoneyCheck, Database.Statement<Bound, Row>>();
  return (check) => {
    const statement =
      statements.get(check) ??
      client.prepare<Bound, Row>(statementOf(withAcknowledgements(check, lists[check])));
    statements.set(check, statement);
    return statement;
  };
};

type CaseRow = Omit<MoneyCase, 'amount' | 'acknowledgement'> &
  AcknowledgementColumns & {
    readonly amount: number | null;
    readonly currency: string | null;
  };

const caseOf = (row: CaseRow): MoneyCase => ({
  id: row.id,
  orderId: row.orderId,
  paymentId: row.paymentId,
  refundId: row.refundId,
  amount:
    row.amount === null || row.currency === null ? null : { amount: row.amount, currency: row.currency },
  sinceMs: row.sinceMs,
  detail: row.detail,
  acknowledgement: acknowledgementOf(row),
});

/** The values that are bound to the statement of a check. */
type Values = Readonly<Record<string, string | number>>;

const valuesOf: Readonly<Record<MoneyCheck, (nowMs: number) => Values>> = {
  paid_without_progress: (nowMs) => ({
    sinceMs: nowMs - moneyCheckLimits.progressMs,
    youngId: firstIdAt(nowMs - moneyCheckLimits.progressMs + 1),
    dayId: firstIdAt(nowMs - dayMs),
  }),
  unknown: (nowMs) => ({ sinceMs: nowMs - moneyCheckLimits.outcomeMs }),
  charged_twice: (nowMs) => ({ sinceId: firstIdAt(nowMs - moneyCheckLimits.chargedTwiceMs) }),
  refunds_stuck: (nowMs) => ({ sinceMs: nowMs - moneyCheckLimits.refundMs }),
  refunds_unassigned: () => ({}),
  disputes_open: () => ({}),
  ledger_differences: (nowMs) => ({ sinceMs: nowMs - moneyCheckLimits.reconciliationsMs }),
  stock_differs: () => ({}),
};

const dayMs = 24 * 3_600_000;

/**
 * Each list reads only open rows, recent rows, or a separate index; none reads all orders or payments. Ids are in time
 * order, so a bound on the id leaves out the many young tasks.
 */
const lists: Readonly<Record<MoneyCheck, string>> = {
  // A paid order without a task would be our bug. We look for it among the orders of the last day.
  paid_without_progress: `
    select o.id, o.id as orderId, o.checkout_id as paymentId, null as refundId, o.amount, o.currency,
      o.updated_ms as sinceMs, f.last_error as detail
    from (
      select j.value as order_id, t.last_error
      from task t indexed by task_failed cross join json_each(t.order_ids) j
      where t.state = 'failed'
      union all
      select j.value, t.last_error from task t cross join json_each(t.order_ids) j
      where t.id < $youngId and t.state <> 'failed'
      union all
      select d.id, null from orders d
      where d.position >= (select position from orders where id >= $dayId order by id limit 1)
        and ${isOneOf('d.status', [...unfinishedOrderStatuses, ...failedOrderStatuses])}
        and not exists (
          select 1 from task t where t.checkout_id = d.checkout_id and instr(t.order_ids, d.id) > 0)
    ) f cross join orders o on o.id = f.order_id
    where (${isOneOf('o.status', failedOrderStatuses)}
        or ${isOneOf('o.status', unfinishedOrderStatuses)} and o.updated_ms <= $sinceMs)
      and not exists (select 1 from refund r where r.order_id = o.id and ${isOneOf('+r.status', openRefundStatuses)})`,

  unknown: `
    select id, null as orderId, id as paymentId, null as refundId, amount, currency, claimed_ms as sinceMs,
      status as detail
    from payment indexed by payment_open
    where ${isOneOf('status', openPaymentStatuses)} and claimed_ms <= $sinceMs`,

  // If an order has two payments, at least one of them is not of its current checkout. So this reads only the few
  // orders that were claimed again, and not the payments of all orders.
  charged_twice: `
    with reclaimed as materialized (
      select o.id as orderId, o.checkout_id as ownId, a.id as otherId
      from audit a cross join json_each(a.order_ids) j cross join orders o on o.id = j.value
      where a.id >= $sinceId and o.checkout_id <> a.id
    )
    select o.id, o.id as orderId, o.checkout_id as paymentId, null as refundId, o.amount, o.currency,
      max(p.updated_ms) as sinceMs, group_concat(p.id, ', ' order by p.id) as detail
    from (
      select orderId, otherId as paymentId from reclaimed
      union
      select orderId, ownId from reclaimed where ownId >= $sinceId
    ) c cross join payment p on p.id = c.paymentId and p.status = ${quoted(paymentStatusAfter.succeed)}
      cross join orders o on o.id = c.orderId
    group by o.id having count(*) > 1`,

  refunds_stuck: `
    select r.id, r.order_id as orderId, r.payment_id as paymentId, r.id as refundId, r.amount, r.currency,
      case when ${isOneOf('r.status', openRefundStatuses)} then r.created_ms else r.updated_ms end as sinceMs,
      coalesce(r.error, (select last_error from task t where t.job_id = r.id)) as detail
    from refund r
    where ${isOneOf('r.status', openRefundStatuses)} and r.created_ms <= $sinceMs
        and not exists (select 1 from dispute e where e.payment_id = r.payment_id and e.status = 'open')
      or ${isOneOf('r.status', failedRefundStatuses)} and r.origin <> 'dispute'
        and not exists (
          select 1 from orders o where o.id = r.order_id and o.amount <= (
            select coalesce(sum(made.amount), 0) from refund made
            where made.order_id = o.id and ${isOneOf('+made.status', succeededRefundStatuses)}))
        and not exists (
          select 1 from refund later
          where later.order_id = r.order_id and later.id <> r.id and later.created_ms >= r.updated_ms
            and later.origin not in ('provider', 'dispute'))
        and not exists (
          select 1 from refund adopted
          where adopted.payment_id = r.payment_id and adopted.order_id is r.order_id
            and adopted.origin in ('provider', 'dispute') and adopted.amount >= r.amount
            and ${isOneOf('+adopted.status', succeededRefundStatuses)}
            and (r.order_id is null or adopted.updated_ms >= r.created_ms))
        and not exists (
          select 1 from refund part
          where part.reference = r.reference and ${isOneOf('+part.status', succeededRefundStatuses)})`,

  refunds_unassigned: `
    select r.id, null as orderId, r.payment_id as paymentId, r.id as refundId, r.amount, r.currency,
      r.created_ms as sinceMs, r.reason || coalesce(': ' || r.reference, '') as detail
    from refund r indexed by refund_unassigned cross join payment p on p.id = r.payment_id
    where r.order_id is null and r.origin in ('provider', 'dispute')
      and ${isOneOf('+r.status', succeededRefundStatuses)}
      and p.status = ${quoted(paymentStatusAfter.succeed)}`,

  disputes_open: `
    select id, null as orderId, payment_id as paymentId, null as refundId, amount, currency, at_ms as sinceMs,
      reason || ': ' || reference as detail
    from dispute where status = 'open'`,

  ledger_differences: `
    select d.id, null as orderId, d.payment_id as paymentId, d.refund_id as refundId,
      coalesce(d.theirs_amount, d.ours_amount) as amount,
      coalesce(d.theirs_currency, d.ours_currency) as currency, d.at_ms as sinceMs,
      d.kind || coalesce(': ' || d.provider_id, '') as detail
    from (
      select max(id) as id from reconciliation
      where finished_ms is not null and day_ms >= $sinceMs group by day_ms
    ) newest cross join reconciliation_difference d on d.reconciliation_id = newest.id`,

  stock_differs: `
    select id, order_id as orderId, null as paymentId, null as refundId, null as amount, null as currency,
      since_ms as sinceMs, detail
    from stock_difference`,
};
