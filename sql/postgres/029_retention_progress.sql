-- Works beside 0.2.0.
-- How far maintenance has walked through a table whose rows stay, all or some of them, while what is old of them goes. So a
-- restart does not read the same rows again.
create table retention_progress (
  kind text primary key,
  -- The id of the last row that was read.
  after uuid not null
);
