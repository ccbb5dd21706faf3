-- Unfinished work only: a task that is done is deleted, and the order's history says so, or the job's own
-- record.
create table task (
  id text not null primary key,
  order_id text,
  -- Of a refund, a provider's event or a money audit.
  job_id text,
  pipeline text not null,
  step text not null,
  -- A paused task is held by its step, its pipeline or a refund, and stands in no index that a worker reads.
  state text not null check (state = 'ready' or state = 'running' or state = 'paused' or state = 'failed'),
  attempts integer not null default 0,
  crashes integer not null default 0,
  -- The fencing token: raised whenever the task changes hands.
  lease integer not null default 0,
  lease_until_ms integer,
  -- Not before this; a ready task whose time has not come is shown as waiting.
  run_ms integer not null,
  -- Of the newest row of the order's history: while it has a task, only the task's holder writes it. 0 for a job.
  seq integer not null,
  last_error text,
  -- It failed because an effect refused it: the order cannot be had.
  unfulfillable integer not null default 0,
  check ((order_id is null) <> (job_id is null))
) strict, without rowid;

create index task_ready on task (pipeline, run_ms, id) where state = 'ready';
create index task_running on task (lease_until_ms) where state = 'running';
create index task_paused on task (id) where state = 'paused';
create index task_failed on task (id) where state = 'failed';
create index task_unfulfillable on task (order_id) where unfulfillable = 1;
create unique index task_order on task (order_id) where order_id is not null;
create unique index task_job on task (job_id) where job_id is not null;

-- The ledger of external steps: the intent is committed before the call, the acceptance with what follows it.
create table delivery (
  order_id text not null,
  step text not null,
  intended_ms integer not null,
  accepted_ms integer,
  primary key (order_id, step)
) strict, without rowid;

-- How many tasks each transaction finished, kept for some minutes.
create table finished (
  at_ms integer not null,
  pipeline text not null,
  tasks integer not null
) strict;

create index finished_at on finished (at_ms);
