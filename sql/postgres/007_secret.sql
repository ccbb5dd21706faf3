-- Values that a whole fleet shares and nobody sets, such as the demo mode's signing key.
create table secret (
  name text primary key,
  value text not null
);
