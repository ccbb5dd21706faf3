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
  created_ms integer not null,
  updated_ms integer not null
) strict;

-- Like every index in SQLite, it ends with the row's position.
create index product_type on product (type);

-- The tokens of a product's name and code under its position: folded ('ao'), and as written ('áo', after
-- U+E000). Tokens hold only letters, marks and digits. Spaces separate them, where the 'ascii' tokenizer splits. A
-- phrase never matches across two columns.
create virtual table product_search using fts5 (
  name, code, exact_name, exact_code,
  tokenize = 'ascii', columnsize = 0, prefix = '1 2 3 4 5'
);
