-- Generated values that all processes share, such as the demo mode's signing key.
create table secret (
  name text primary key,
  value text not null
);
