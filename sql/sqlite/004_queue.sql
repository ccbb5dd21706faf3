-- Unfinished work only. A finished task is deleted: the histories of its orders, or the job's own row, keep the result.
create table task (
  id text not null primary key,
  -- The task of a group: the paid orders of one checkout and one product type.
  checkout_id text,
  -- A JSON array, by order id. An order that is refunded leaves its group. Empty for a job.
  order_ids text not null default '[]',
  -- A JSON array: the seq of the newest history row of each order, at the same positions. While an order has a task,
  -- only the holder of the task writes its history.
  seqs text not null default '[]',
  -- The id of a refund, a provider event or a reconciliation.
  job_id text,
  pipeline text not null,
  step text not null,
  -- A refund of its only order makes a task `paused`, and a pause of its step `parked`. No index that claims read has a
  -- task in one of these states.
  state text not null
    check (state = 'ready' or state = 'running' or state = 'paused' or state = 'parked' or state = 'failed'),
  attempts integer not null default 0,
  crashes integer not null default 0,
  -- The fencing token: it increases whenever the task changes hands.
  lease integer not null default 0,
  lease_until_ms integer,
  -- The earliest time to run. A ready task with a later time is shown as waiting.
  run_ms integer not null,
  last_error text,
  check ((checkout_id is null) <> (job_id is null))
) strict, without rowid;

create index task_ready on task (pipeline, run_ms, id) where state = 'ready';
create index task_running on task (lease_until_ms) where state = 'running';
create index task_paused on task (id) where state = 'paused';
create index task_parked on task (pipeline, step, run_ms, id) where state = 'parked';
create index task_failed on task (id) where state = 'failed';
create index task_checkout on task (checkout_id) where checkout_id is not null;
create unique index task_job on task (job_id) where job_id is not null;

-- External steps: the intent is committed before the call, and the acceptance together with its result.
create table step_ledger (
  task_id text not null,
  step text not null,
  intended_ms integer not null,
  accepted_ms integer,
  -- The request for a step service. Every attempt sends this text. It names the customer, so the acceptance removes it.
  body text,
  primary key (task_id, step)
) strict, without rowid;

-- How many tasks each transaction finished. Rows are kept for some minutes.
create table finished_tasks (
  at_ms integer not null,
  pipeline text not null,
  tasks integer not null
) strict;

create index finished_tasks_at on finished_tasks (at_ms);
