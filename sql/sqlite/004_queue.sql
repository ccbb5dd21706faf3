-- Unfinished work only: a task that is done is deleted, and the order's history says so.
create table task (
  id text not null primary key,
  order_id text not null,
  pipeline text not null,
  step text not null,
  state text not null check (state = 'ready' or state = 'running' or state = 'failed'),
  attempts integer not null default 0,
  crashes integer not null default 0,
  -- The fencing token: raised whenever the task changes hands.
  lease integer not null default 0,
  lease_until_ms integer,
  -- Not before this; a ready task whose time has not come is shown as waiting.
  run_ms integer not null,
  -- Of the newest row of the order's history: while it has a task, only the task's holder writes it.
  seq integer not null,
  last_error text
) strict, without rowid;

create index task_ready on task (pipeline, run_ms, id) where state = 'ready';
create index task_running on task (lease_until_ms) where state = 'running';
create index task_failed on task (id) where state = 'failed';
create unique index task_order on task (order_id);

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
