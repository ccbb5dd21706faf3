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
  name_vector tsvector not null generated always as (name_vector(name_unaccent, name_exact)) stored
);

create index product_type on product (type, id);
create index product_name on product using gin (name_vector) with (fastupdate = off);
