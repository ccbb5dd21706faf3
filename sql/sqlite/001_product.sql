-- `position` stands in the order of the ids, which is the order of time: FTS5 knows rows by a number only, and
-- walks them newest first by it.
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

-- As each index does, it ends with the row's position.
create index product_type on product (type);

-- Under a product's position: the words of its name and code, folded ('ao') and as written ('áo', behind
-- U+E000). They hold letters, marks and digits only and are parted by spaces, where 'ascii' cuts; no phrase
-- reaches across two columns.
create virtual table product_name using fts5 (
  name, code, exact_name, exact_code,
  tokenize = 'ascii', columnsize = 0, prefix = '1 2 3 4 5'
);
