-- `position` has the order of the ids, which is the order of time. FTS5 identifies a row only by a number, and
-- reads matching rows newest first by that number.
create table product (
  position integer primary key,
  id text not null unique,
  code text not null unique,
  name text not null,
  type text not null,
  amount integer not null check (amount >= 0),
  currency text not null,
  image_url text,
  archived integer not null default 0 check (archived in (0, 1)),
  created_ms integer not null,
  updated_ms integer not null
) strict;

-- Like every index in SQLite, they end with the row's position. An archived product is in no list and no search, so a
-- list reads only the part of the others.
create index product_listed on product (archived);
create index product_type on product (archived, type);

-- The units of a product: `units` are left to sell if the product is `limited`, `delivered` were ever put in. So
-- delivered = units + what orders hold. Rows are never deleted.
create table stock (
  product_id text not null primary key references product (id),
  limited integer not null check (limited = 0 or limited = 1),
  units integer not null check (units >= 0),
  delivered integer not null
) strict, without rowid;

-- The tokens of a product's name and code under its position: folded ('ao'), and as written ('áo', after
-- U+E000). The tokens of an archived product stand after U+E004, so that no other search reads them. Tokens hold only letters, marks and digits. Spaces separate them, where the 'ascii' tokenizer splits. A
-- phrase never matches across two columns.
create virtual table product_search using fts5 (
  name, code, exact_name, exact_code,
  tokenize = 'ascii', columnsize = 0, prefix = '1 2 3 4 5'
);

-- Products whose tokens are still to be written or replaced: an upsert of many products writes them in slices.
create table product_unindexed (
  product_id text not null primary key references product (id)
) strict, without rowid;
