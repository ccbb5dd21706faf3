import { describe, expect, test } from 'bun:test';
import { moneyChecks } from '../../core/ledger.ts';
import { readAllPlans } from './readPlans.ts';

const isMoneyCheck = (source: string): boolean =>
  source.includes('as sinceMs') && !/\b(from|update|into) pause\b/.test(source);

describe('query plans of SQLite', async () => {
  const plans = await readAllPlans();
  const planOf = (...parts: readonly string[]) => {
    const found = [...plans].filter(([source]) => parts.every((part) => source.includes(part)));
    expect(found.map(([source]) => source)).toHaveLength(1);
    return found.flatMap(([, plan]) => plan);
  };

  test('Only the listed statements scan a table or sort rows', () => {
    expect(plans.size).toBeGreaterThan(60);
    const scanning = [...plans]
      .filter(([source]) => !isMoneyCheck(source))
      .filter(([, plan]) => plan.some((step) => /^SCAN (?!.*VIRTUAL TABLE)|TEMP B-TREE|AUTOMATIC/.test(step)))
      .map(([source]) => source.replace(/^select .* from /, 'from '));
    expect(scanning.toSorted()).toEqual([
      // The oldest captured mails, up to the limit.
      'delete from captured_mail where id in ( select id from (select id, at_ms from captured_mail order by id limit ?) where id <= (select max(id) from captured_mail) - ? or at_ms < ? )',
      // An erasure of a customer: captured mails, which are few or bounded.
      'delete from captured_mail where true and (checkout_id in (select value from json_each($checkouts)) or recipient in (select value from json_each($addresses)))',
      // All checkouts that count towards a limit: few, and only once a minute.
      "delete from counted_checkout where (customer_id, checkout_id) in ( select customer_id, checkout_id from counted_checkout c where created_ms < ? and not exists ( select 1 from payment p where p.id = c.checkout_id and (p.status = 'requires_action' or p.status = 'declined' and p.updated_ms >= ?) ) limit ? )",
      // The leased tasks, and the ready ones of a pipeline, for a due pause that holds no task: at most once a probe.
      "delete from pause where id = $id and not exists (select 1 from task where state = 'parked' and pipeline = $pipeline and step = $step) and not exists (select 1 from task where state = 'running' and pipeline = $pipeline and step = $step) and not exists (select 1 from task where state = 'ready' and pipeline = $pipeline and step = $step)",
      // Scans in the order of the list, which end at the limit.
      'from "reconciliation" order by "reconciliation"."id" desc limit ?',
      'from activity order by id desc limit $rowsMax',
      // The commands of one actor, or on one thing, sorted by id.
      'from activity where (actor_id = $actor or actor_email = $actor or actor_name = $actor) order by id desc limit $rowsMax',
      'from activity where (target = $target or order_id = $target) order by id desc limit $rowsMax',
      // A slice of what is old, along the key: it ends at its limit.
      'from activity where id > ? and id < ? order by id limit ?)',
      // Along the index by time: only events of the same time are sorted.
      'from event earlier where earlier.subscription_id = $id and earlier.subject = first.subject and earlier.sequence < first.sequence ) and e.subscription_id = $id and e.subject = first.subject order by first.due_ms, e.subject, e.sequence limit $limit',
      // A count that ends at its limit.
      'from event where subscription_id = $id order by due_ms limit $limit )',
      // The subscriptions, which are few.
      'from event where subscription_id = s.id and due_ms <= $nowMs) order by id',
      // What finished in half a minute, by slot and pipeline.
      'from finished_tasks where at_ms >= ? and at_ms < ? group by 1, 2',
      // What belongs to a slice of an erasure: each id once.
      'from json_each($checkouts))',
      'from json_each($checkouts))',
      'from json_each($checkouts))',
      'from json_each($orders))',
      // A bounded range of one order's history, and the timeline of one order, sorted.
      'from order_history where order_id = $orderId and stored_seq <= $last order by seq',
      'from order_state where order_id = $orderId and seq > $after order by seq limit 1 offset $limit ), 9223372036854775807) order by seq limit $limit + 1',
      'from order_state where order_id = $orderId) - 100 order by seq desc limit 100',
      'from orders o order by o.position desc limit ?',
      // Scans that end at the first row.
      'from orders order by position desc limit 1',
      'from orders order by position desc limit 1',
      // The rows of their own subqueries, which are orders of one customer, up to the limit.
      'from orders where customer_id = ? limit ?)',
      "from orders where customer_id = ? order by position desc limit ?) where status = 'pending'",
      // The pauses, which are few.
      "from pause o where o.origin = 'operator' and o.pipeline = p.pipeline and (o.step is null or o.step = p.step) )",
      'from pause order by since_ms, id',
      "from pause where origin = 'fault' and probe_at_ms <= ? limit 1",
      // As of the activity.
      'from payment where id > ? and id < ? order by id limit ?)',
      'from product order by position desc limit 1',
      'from product order by position desc limit 1',
      'from product_unindexed u cross join product p on p.id = u.product_id limit 1',
      // The refunds of one day, sorted by id.
      "from refund indexed by refund_succeeded where (status = 'succeeded') and updated_ms >= ? and updated_ms < ? and id > ? order by id limit ?",
      'from refund r order by r.id desc limit ?',
      'from refund where order_id = $orderId) entry where "atMs" > $atMs or ("atMs" = $atMs and ( "rank" > $rank or ("rank" = $rank and "key" collate binary > $key))) order by "atMs", "rank", "key" collate binary limit $rowsMax',
      // What the last comparison of the stock has found, and the tasks that it sums: at most 5,000.
      // One row.
      'from search_rebuild',
      'from stock_difference',
      "from stock_difference d cross join orders o on o.id = d.order_id where o.held > 0 and (o.status = 'pending' or o.status = 'cancelled' or o.status = 'refunded')",
      'from stock_difference limit 1',
      'from subscription order by id',
      'from subscription where id = coalesce($id, id) and kind = coalesce($kind, kind) order by id',
      'from subscription where kind = ? and target = ?',
      'from subscription where kind = ? order by id',
      // One slice of the failed tasks.
      "from task indexed by task_failed where state = 'failed' and id < ? order by id desc limit 5000 ) group by 1, 2, 3",
      "from task t cross join json_each(t.order_ids) j cross join orders o on o.id = j.value where t.checkout_id is not null and o.held > 0 and (o.status = 'paid' or o.status = 'failed')",
      'from task t cross join json_each(t.order_ids) where t.checkout_id is not null limit ?)',
      // The two ends of the queue for a claim of tasks and of jobs: each ends at its limit.
      "from task t where t.pipeline = $pipeline and t.state = 'ready' and t.run_ms <= $nowMs order by t.run_ms, t.id limit 1 offset $oldest - 1 ) order by t.run_ms desc, t.id desc limit $newest )",
      "from task t where t.pipeline = $pipeline and t.state = 'ready' and t.run_ms <= $nowMs order by t.run_ms, t.id limit 1 offset $oldest - 1 ) order by t.run_ms desc, t.id desc limit $newest )",
      // The counts of the queue, which read only an index of the tasks in one state.
      "from task where state = 'failed' group by pipeline",
      // One row of the index.
      "from task where state = 'parked' limit 1",
      "from task where state = 'ready' group by pipeline",
      // Only while there are pauses.
      "from task where state = 'ready' group by pipeline, step",
      // The orders of one checkout.
      "from task, json_each(order_ids) where checkout_id = ? and +state = 'paused' order by value",
      // An erasure of a customer: tables that stay small, and the keys of a day.
      "update acknowledgement set actor_email = '' where actor_email <> '' and (actor_id = $customerId)",
      "update acknowledgement set note = without_address(note, $pattern, '[erased]') where has_address(note, $pattern) and (true)",
      "update command_key set fingerprint = without_address(fingerprint, $quotedPattern, '') where has_address(fingerprint, $quotedPattern) and (route <> 'POST /orders')",
      "update command_key set value = without_address(value, $quotedPattern, '') where has_address(value, $quotedPattern) and (route <> 'POST /orders')",
      "update pause set reason = without_address(reason, $pattern, '[erased]') where has_address(reason, $pattern) and (true)",
      'update search_rebuild set version = ?, part = ?, after = ?',
      "update service_key set creator_email = '' where creator_email <> '' and (creator_id = $customerId)",
    ]);
  });

  test('A timeline reads only the rows of its order', () => {
    const scans = planOf('entry where "atMs"').filter((step) => step.startsWith('SCAN'));
    // The two are the statement's own parts.
    expect(scans).toEqual(['SCAN order_history', 'SCAN entry']);
  });

  test('A money check reads only open rows, recent rows, or a separate index', () => {
    const checks = [...plans].filter(([source]) => isMoneyCheck(source));
    expect(checks).toHaveLength(2 * moneyChecks.length);
    const accesses = checks
      .flatMap(([, plan]) => plan)
      .filter((step) => /^(SCAN|SEARCH|AUTOMATIC)/.test(step));
    expect([...new Set(accesses.map((step) => step.replace(' COVERING', '')))].toSorted()).toEqual([
      'SCAN c',
      'SCAN dispute USING INDEX dispute_open',
      'SCAN f',
      'SCAN j VIRTUAL TABLE INDEX 1:',
      'SCAN newest',
      'SCAN payment USING INDEX payment_open',
      'SCAN r USING INDEX refund_unassigned',
      'SCAN reclaimed',
      'SCAN stock_difference',
      'SCAN t USING INDEX task_failed',
      'SEARCH a USING INDEX sqlite_autoindex_audit_1 (id>?)',
      'SEARCH a USING PRIMARY KEY (money_check=? AND subject=?) LEFT-JOIN',
      'SEARCH adopted USING INDEX refund_payment (payment_id=?)',
      'SEARCH d USING INDEX reconciliation_difference_reconciliation (reconciliation_id=? AND id>?)',
      'SEARCH d USING INDEX reconciliation_difference_reconciliation (reconciliation_id=?)',
      'SEARCH d USING INTEGER PRIMARY KEY (rowid>?)',
      'SEARCH dispute USING INDEX dispute_open (id>?)',
      'SEARCH e USING INDEX dispute_payment (payment_id=?)',
      'SEARCH later USING INDEX refund_order (order_id=?)',
      'SEARCH made USING INDEX refund_order (order_id=?)',
      'SEARCH o USING INDEX sqlite_autoindex_orders_1 (id=?)',
      'SEARCH orders USING INDEX sqlite_autoindex_orders_1 (id>?)',
      'SEARCH p USING PRIMARY KEY (id=?)',
      'SEARCH part USING INDEX refund_reference (reference=?)',
      'SEARCH r USING INDEX refund_order (order_id=?)',
      'SEARCH r USING INDEX refund_status (status=? AND id>?)',
      'SEARCH r USING INDEX refund_status (status=?)',
      'SEARCH r USING INDEX refund_unassigned (id>?)',
      'SEARCH reconciliation USING INDEX reconciliation_day (day_ms>?)',
      'SEARCH stock_difference USING PRIMARY KEY (id>?)',
      'SEARCH t USING INDEX task_checkout (checkout_id=?)',
      'SEARCH t USING INDEX task_job (job_id=?)',
      'SEARCH t USING PRIMARY KEY (id<?)',
    ]);
  });

  test('A statement about the refunds of one order reads only the refunds of that order', () => {
    expect(planOf('sum(amount)', 'where order_id = ?', "+status = 'requested' or")).toEqual([
      'SEARCH refund USING INDEX refund_order (order_id=?)',
    ]);
    expect(planOf('sum(amount)', 'where payment_id = p.id', "+status = 'requested' or")).toEqual([
      'SEARCH p USING PRIMARY KEY (id=?)',
      'CORRELATED SCALAR SUBQUERY 1',
      'SEARCH refund USING INDEX refund_payment (payment_id=?)',
    ]);
    expect(
      planOf('sum(amount)', "(+status = 'succeeded')").filter((step) => step.includes('refund')),
    ).toEqual(['SEARCH refund USING INDEX refund_order (order_id=?)']);
    expect(planOf('from refund r where r.order_id = ?', '+r.status = ?', 'r.id < ?')).toEqual([
      'SEARCH r USING INDEX refund_order (order_id=? AND id<?)',
    ]);
    expect(planOf('job_id = ?', 'run_ms > ?')).toEqual(['SEARCH task USING INDEX task_job (job_id=?)']);
    expect(planOf('delete from provider_event')).toEqual([
      'SEARCH provider_event USING COVERING INDEX sqlite_autoindex_provider_event_1 (id=?)',
      'LIST SUBQUERY 2',
      'SEARCH e USING INDEX provider_event_received (received_ms<?)',
      'CORRELATED SCALAR SUBQUERY 1',
      'SEARCH t USING COVERING INDEX task_job (job_id=?)',
    ]);
  });

  test('A claim of a checkout reads its audit and its orders by key', () => {
    expect(planOf('from audit a cross join payment p', 'a.key = ? and a.customer_id = ?')).toEqual([
      'SEARCH a USING INDEX sqlite_autoindex_audit_2 (key=? AND customer_id=?)',
      'SEARCH p USING PRIMARY KEY (id=?)',
    ]);
    expect(planOf('from orders o left join stock', 'o.id = ?')).toEqual([
      'SEARCH o USING INDEX sqlite_autoindex_orders_1 (id=?)',
      'SEARCH stock USING PRIMARY KEY (product_id=?) LEFT-JOIN',
    ]);
  });

  test('The limits of a customer read only what belongs to that customer', () => {
    expect(planOf('from counted_checkout c cross join payment p')).toEqual([
      'SEARCH c USING PRIMARY KEY (customer_id=?)',
      'SEARCH p USING PRIMARY KEY (id=?)',
    ]);
    expect(planOf('from orders where customer_id = ? order by position desc')).toContain(
      'SEARCH orders USING INDEX orders_customer (customer_id=?)',
    );
  });

  test('A claim of tasks, a rescue and a recovery read only the rows that are due', () => {
    // A subquery on the pauses is run once for a statement.
    const pauses = /^(SCALAR SUBQUERY|SEARCH pause USING INDEX pause_pipeline \(pipeline=\?\)$)/;
    const oldest = 'SEARCH t USING INDEX task_ready (pipeline=? AND run_ms<?)';
    const newest = 'SEARCH t USING INDEX task_ready (pipeline=? AND run_ms>? AND run_ms<?)';
    const last = 'SEARCH t USING COVERING INDEX task_ready (pipeline=? AND run_ms<?)';
    for (const column of ['t.order_ids', 't.job_id'])
      expect(
        planOf(`${column} as`, 'from task t where t.pipeline = $pipeline').filter(
          (step) => step.startsWith('SEARCH') && !pauses.test(step),
        ),
      ).toEqual([oldest, newest, last]);
    expect(planOf("t.state = 'running' and t.lease_until_ms <= ?")).toEqual([
      'SEARCH t USING INDEX task_running (lease_until_ms<?)',
    ]);
    const isAny = [...plans].filter(([source]) => source.startsWith('select 1 from task t where t.pipeline'));
    expect(isAny.map(([, plan]) => plan.filter((step) => !pauses.test(step)))).toEqual([
      ['SEARCH t USING COVERING INDEX task_ready (pipeline=? AND run_ms<?)'],
    ]);
    expect(planOf('p.recover_ms <= ? order')).toEqual([
      'SEARCH p USING INDEX payment_open (recover_ms<?)',
      'SEARCH a USING INDEX sqlite_autoindex_audit_1 (id=?)',
    ]);
  });

  test('A list of failed tasks reads only those', () => {
    expect(planOf('from "task" where', `"task"."state" = 'failed'`, 'exists')[0]).toBe(
      'SEARCH task USING INDEX task_failed (id>?)',
    );
    expect(planOf('select "id" from "task"', `"task"."state" = 'failed'`)).toEqual([
      'SEARCH task USING INDEX task_failed (id>? AND id<?)',
    ]);
  });

  test('A product list reads only the products on sale, or only the archived ones', () => {
    const lists = (archived: number) =>
      ['p.type = ? and p.position', 'p.position'].map(
        (rest) => planOf('from product p cross join stock', `p.archived = ${archived} and ${rest}`)[0],
      );
    for (const archived of [0, 1])
      expect(lists(archived)).toEqual([
        'SEARCH p USING INDEX product_type (archived=? AND type=? AND rowid<?)',
        'SEARCH p USING INDEX product_listed (archived=? AND rowid<?)',
      ]);
  });

  test('A search scans the search table newest first, with any filter', () => {
    const searches = [...plans].filter(([source]) => source.includes(' match ?'));
    expect(searches.length).toBeGreaterThan(4);
    for (const [, plan] of searches)
      expect(plan[0]).toMatch(/^SCAN s VIRTUAL TABLE INDEX 192:M\d(<>?|><?)?$/);
  });

  test('An order list reads only the orders of the customer, or of the rare status', () => {
    expect(planOf('from orders o', "o.status = 'failed'")[0]).toBe(
      'SEARCH o USING INDEX orders_ended (status=? AND rowid<?)',
    );
    expect(planOf('from orders o where', 'o.customer_id = ?', "o.status = 'paid'")[0]).toBe(
      'SEARCH o USING INDEX orders_customer (customer_id=? AND rowid>? AND rowid<?)',
    );
  });

  test('A search of the own orders of a customer reads these alone', () => {
    const searches = [...plans].filter(([source]) => source.includes('cross join order_search s on s.rowid'));
    expect(searches.length).toBeGreaterThan(0);
    for (const [, plan] of searches) {
      expect(plan[0]).toMatch(
        /^SEARCH o USING INDEX orders_customer \(customer_id=\? AND rowid>\? AND rowid<\?\)$/,
      );
      expect(plan).toContain('SCAN s VIRTUAL TABLE INDEX 0:=');
      expect(plan.join()).not.toContain('TEMP B-TREE');
    }
  });
});
