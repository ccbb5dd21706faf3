-- Unfinished work only. A finished task is deleted; the histories of its orders, or the job's own record, say that it is
-- done. Rows come and go all the time, so they are vacuumed early.
create table task (
  id uuid primary key,
  -- The task of a group: the paid orders of one checkout and one product type.
  checkout_id uuid,
  -- By id. An order that is refunded leaves its group. Empty for a job.
  order_ids uuid[] not null default '{}',
  -- The seq of the newest history row of each order, at the same positions: while an order has a task, only the worker
  -- that locks the task writes the history.
  seqs integer[] not null default '{}',
  -- The id of a refund, a provider's event or a reconciliation.
  job_id uuid,
  pipeline text not null,
  step text not null,
  -- A refund of its only order makes a task `paused`, and a pause of its step `parked`. No index that claims read has a
  -- task in one of these states.
  state text not null check (state in ('ready', 'running', 'paused', 'parked', 'failed')),
  attempts integer not null default 0,
  crashes integer not null default 0,
  -- The fencing token: raised whenever the task changes hands.
  lease integer not null default 0,
  lease_until_ms bigint,
  -- The task runs at this time at the earliest. Until then a ready task is shown as waiting.
  run_ms bigint not null,
  last_error text,
  check ((checkout_id is null) <> (job_id is null)),
  check (cardinality(order_ids) = cardinality(seqs) and (checkout_id is null) = (cardinality(order_ids) = 0))
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);

create index task_ready on task (pipeline, run_ms, id) where state = 'ready';
create index task_running on task (lease_until_ms) where state = 'running';
create index task_paused on task (id) where state = 'paused';
create index task_parked on task (pipeline, step, run_ms, id) where state = 'parked';
create index task_failed on task (id) where state = 'failed';
create index task_checkout on task (checkout_id) where checkout_id is not null;
create unique index task_job on task (job_id) where job_id is not null;

-- External steps: the intent is committed before the call, the acceptance together with the next transition.
create table step_ledger (
  task_id uuid not null,
  step text not null,
  intended_ms bigint not null,
  accepted_ms bigint,
  -- The request for a step service. Every attempt sends this text. It names the customer, so the acceptance removes it.
  body text,
  primary key (task_id, step)
) with (fillfactor = 80);

-- How many tasks each transaction finished, kept for some minutes. Rows are only inserted: workers would wait for one
-- another to update a shared counter.
create table finished_tasks (
  at_ms bigint not null,
  pipeline text not null,
  tasks integer not null
);

create index finished_tasks_at on finished_tasks (at_ms);
