-- Builds one vector from the folded tokens (as 'ao') and the exact tokens (as '=áo'), so that a query can ask for a
-- phrase in either form. Tokens are runs of letters, marks and digits, so they can be quoted safely. The parser of
-- PostgreSQL never sees a name: it loses tokens, such as those of "áo/quần". Two spaces separate the name from the
-- code: the empty token between them takes a position, so no phrase matches across the two.
create function name_vector(folded text, exact text) returns tsvector
  language sql immutable strict parallel safe
  return (
    select coalesce(string_agg(format('''%s'':%s', lexeme, at), ' '), '')::tsvector
    from (
      select token as lexeme, at from unnest(string_to_array(folded, ' ')) with ordinality as f(token, at)
      where token <> ''
      union all
      select '=' || token, at from unnest(string_to_array(exact, ' ')) with ordinality as e(token, at)
      where token <> ''
    ) as lexemes
  );

-- What orders are searched by: the tokens of a product's name and code, and its type, at the time of the order. A
-- product gets a new snapshot when its name or type changes. Its orders refer to the snapshot that was current when
-- they were placed. So a search reads each name once, and not once for each order. The type is a token ('#digital')
-- that no text of a user can produce.
create table product_snapshot (
  id integer primary key generated always as identity,
  -- The ids of all orders of this snapshot are below this. It is the end of the hour of the newest one, so that it
  -- changes at most once an hour.
  sold_before uuid not null default '00000000-0000-0000-0000-000000000000',
  type text not null,
  name_unaccent text not null,
  name_vector tsvector not null generated always as
    (name_vector(name_unaccent, '') || array_to_tsvector(array['#' || type])) stored
) with (fillfactor = 90);

create index product_snapshot_name on product_snapshot using gin (name_vector) with (fastupdate = off);

create table product (
  id uuid primary key,
  code text not null unique,
  name text not null,
  type text not null,
  amount bigint not null check (amount >= 0),
  currency text not null,
  image_url text,
  archived boolean not null default false,
  created_ms bigint not null,
  updated_ms bigint not null,
  name_unaccent text not null,
  name_exact text not null,
  name_vector tsvector not null generated always as (name_vector(name_unaccent, name_exact)) stored,
  -- The snapshot that new orders of this product refer to.
  snapshot_id integer not null references product_snapshot
);

-- An archived product is in no list and no search, so it is in none of their indexes: however many there are, they
-- cost a list nothing. Operators have a list of their own.
create index product_listed on product (id) where not archived;
create index product_type on product (type, id) where not archived;
create index product_name on product using gin (name_vector) with (fastupdate = off) where not archived;
create index product_archived on product (id) where archived;
create index product_archived_name on product using gin (name_vector) with (fastupdate = off) where archived;

-- The units of a product: `units` are left to sell if the product is `limited`, `delivered` were ever put in. So
-- delivered = units + what orders hold. A separate table, because each order that is placed locks its product's row
-- (foreign key), and because each update of that row may write to the search indexes. Rows are never deleted.
-- Few rows share a page. With fuller pages the planner finds a small table cheaper to read whole than by its key, and a
-- batch of claims then reads all of it once for each order: 12 µs an order with 200 products.
create table stock (
  product_id uuid primary key references product,
  limited boolean not null,
  units bigint not null check (units >= 0),
  delivered bigint not null
) with (fillfactor = 20);
