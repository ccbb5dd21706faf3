-- How far the stored names are folded anew by the fold of `version`: all rows of the parts before `part`, and of `part`
-- those up to the key `after`. One row, whose lock says who folds. Its version is 0 until a new fold comes.
create table search_rebuild (
  version integer not null,
  part text not null,
  after text not null
);

insert into search_rebuild (version, part, after) values (0, '', '');
