-- The version of the fold that made the stored tokens (`foldVersion`).
create table search_version (
  version integer not null
);
