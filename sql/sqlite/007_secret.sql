-- Values that all processes share and nobody sets, such as the demo mode's signing key.
create table secret (
  name text not null primary key,
  value text not null
) strict, without rowid;
