-- Generated values that all processes share, such as the signing key of demo mode.
create table secret (
  name text not null primary key,
  value text not null
) strict, without rowid;
