-- The queue by slots of ten seconds, for an hour. The first worker after the end of a slot writes it.
create table queue_history (
  -- The start of the slot.
  at_ms bigint not null,
  pipeline text not null,
  -- From finished_tasks, so the tasks of all workers.
  finished integer not null,
  -- The ready tasks at the end of the slot. Null if they were not counted in time.
  ready integer,
  primary key (at_ms, pipeline)
);
