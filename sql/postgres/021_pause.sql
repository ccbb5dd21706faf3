-- What holds the tasks at a step of a pipeline, for all processes: few rows, and mostly none. Every claim reads them.
create table pause (
  id uuid primary key,
  pipeline text not null,
  -- Null: every step.
  step text,
  origin text not null check (origin in ('operator', 'fault')),
  reason text not null,
  since_ms bigint not null,
  -- Of a fault: when the next probe is due, the task that is the probe, and how many probes have failed.
  probe_at_ms bigint,
  probe_task_id uuid,
  probe_failures integer not null default 0,
  check (origin = 'operator' or (step is not null and probe_at_ms is not null))
);

create index pause_pipeline on pause (pipeline);
create unique index pause_fault on pause (pipeline, step) where origin = 'fault';
