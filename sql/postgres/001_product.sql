-- The positions of folded words (as 'ao') and of the words as written (as '=áo') in one vector, so that a
-- phrase can be asked for in either. Words are runs of letters, marks and digits, so quoting them is safe, and
-- Postgres' own parser, which loses words such as those of "áo/quần", never sees a name. Two spaces part the
-- name from the code: the empty word between takes a position, and no phrase reaches across it.
create function name_vector(folded text, exact text) returns tsvector
  language sql immutable strict parallel safe
  return (
    select coalesce(string_agg(format('''%s'':%s', lexeme, at), ' '), '')::tsvector
    from (
      select word as lexeme, at from unnest(string_to_array(folded, ' ')) with ordinality as f(word, at)
      where word <> ''
      union all
      select '=' || word, at from unnest(string_to_array(exact, ' ')) with ordinality as e(word, at)
      where word <> ''
    ) as lexemes
  );

-- What orders are found by: the words of a product's name and code, and its type, as they were when it was
-- ordered. A product gets a new one when any of them changes, and its orders name the one that they were placed
-- under: so a search meets a name once, and not once an order. The type is a word that no text asks for.
create table label (
  id integer primary key generated always as identity,
  -- The ids of all its orders are below this. It is the end of the newest one's hour, so that it changes seldom.
  sold_before uuid not null default '00000000-0000-0000-0000-000000000000',
  type text not null,
  name_unaccent text not null,
  name_vector tsvector not null generated always as
    (name_vector(name_unaccent, '') || array_to_tsvector(array['#' || type])) stored
) with (fillfactor = 90);

create index label_name on label using gin (name_vector) with (fastupdate = off);

create table product (
  id uuid primary key,
  code text not null unique,
  name text not null,
  type text not null,
  amount bigint not null check (amount >= 0),
  currency text not null,
  stock integer check (stock >= 0),
  created_ms bigint not null,
  updated_ms bigint not null,
  name_unaccent text not null,
  name_exact text not null,
  name_vector tsvector not null generated always as (name_vector(name_unaccent, name_exact)) stored,
  -- What it is ordered under from now on.
  label_id integer not null references label
);

create index product_type on product (type, id);
create index product_name on product using gin (name_vector) with (fastupdate = off);
