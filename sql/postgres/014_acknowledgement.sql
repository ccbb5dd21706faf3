-- Cases of money checks that an operator has dealt with. The subject of a case is its id; that of a difference between
-- the ledgers is what differs, because each reconciliation of a day gives its differences new ids.
create table acknowledgement (
  money_check text not null,
  subject text not null,
  note text not null,
  actor_id text not null,
  -- A person has an address, a service key a name.
  actor_email text,
  actor_name text,
  at_ms bigint not null,
  primary key (money_check, subject),
  check ((actor_email is null) <> (actor_name is null))
);
