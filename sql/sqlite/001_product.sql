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
  stock integer check (stock >= 0),
  image_url text,
  archived integer not null default 0 check (archived in (0, 1)),
  created_ms integer not null,
  updated_ms integer not null
) strict;

-- Like every index in SQLite, they end with the row's position. An archived product is in no list and no search, so a
-- list reads only the part of the others.
create index product_listed on product (archived);
create index product_type on product (archived, type);

-- The tokens of a product's name and code under its position: folded ('ao'), and as written ('áo', after
-- U+E000). The tokens of an archived product stand after U+E004, so that no other search reads them. Tokens hold only letters, marks and digits. Spaces separate them, where the 'ascii' tokenizer splits. A
-- phrase never matches across two columns.
create virtual table product_search using fts5 (
  name, code, exact_name, exact_code,
  tokenize = 'ascii', columnsize = 0, prefix = '1 2 3 4 5'
);
