-- Written by each process that checks whether it can write. One row, whose time says when that last went well.
create table heartbeat (
  id integer not null primary key check (id = 1),
  at_ms integer not null
) strict;
