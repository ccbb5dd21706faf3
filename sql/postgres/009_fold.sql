-- By which version of the folding the stored words were made (`foldVersion`).
create table fold (
  version integer not null
);
