-- Cases of money checks that an operator has dealt with. The subject of a case is its id; that of a difference between
-- the ledgers is what differs, because each reconciliation of a day gives its differences new ids.
create table acknowledgement (
  money_check text not null,
  subject text not null,
  note text not null,
  actor_id text not null,
  actor_email text not null,
  at_ms bigint not null,
  primary key (money_check, subject)
);
