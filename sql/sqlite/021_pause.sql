-- What holds the tasks at a step of a pipeline, for all processes: few rows, and mostly none. Every claim reads them.
create table pause (
  id text not null primary key,
  pipeline text not null,
  -- Null: every step.
  step text,
  origin text not null check (origin = 'operator' or origin = 'fault'),
  reason text not null,
  since_ms integer not null,
  -- Of a fault: when the next probe is due, the task that is the probe, and how many probes have failed.
  probe_at_ms integer,
  probe_task_id text,
  probe_failures integer not null default 0,
  check (origin = 'operator' or (step is not null and probe_at_ms is not null))
) strict, without rowid;

create index pause_pipeline on pause (pipeline);
create unique index pause_fault on pause (pipeline, step) where origin = 'fault';
