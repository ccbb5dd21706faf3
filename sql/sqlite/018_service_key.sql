-- What programs send in place of a token. Only the SHA-256 of a key is stored. An ended key has no row.
create table service_key (
  id text primary key,
  hash text not null unique,
  name text not null,
  -- Words, with a blank between them.
  permissions text not null,
  creator_id text not null,
  creator_email text not null,
  created_ms integer not null,
  expires_ms integer not null,
  -- The beginning of a minute.
  last_used_ms integer
) strict, without rowid;
