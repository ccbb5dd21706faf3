/** A newer version has migrated the database, so this version does not know what its tables mean. */
export class SchemaTooNew extends Error {
  override readonly name = 'SchemaTooNew';
}

/** An unreleased version has created the database with other migrations. There is no upgrade from it. */
export class SchemaTooOld extends Error {
  override readonly name = 'SchemaTooOld';
}

/**
 * The migration files that the database does not have yet, in their order. A newer version only adds files. So a
 * database that has a file which we do not know, but lacks one of ours, was created by an unreleased version.
 *
 * @param files our files, in the order of their numbers
 * @param applied the files that the database has, in any order
 * @throws SchemaTooNew or SchemaTooOld if the database has a file that is not one of ours
 */
export const missingMigrations = (
  files: readonly string[],
  applied: readonly string[],
): readonly string[] => {
  const missing = files.filter((name) => !applied.includes(name));
  const unknown = applied.toSorted().find((name) => !files.includes(name));
  if (unknown === undefined) return missing;
  if (missing.length > 0)
    throw new SchemaTooOld(
      `the database was created by an unreleased version (it has the migration ${unknown}) and cannot be upgraded: use a new, empty database`,
    );
  throw new SchemaTooNew(
    `the database has the migration ${unknown}, which this version does not know: start a newer version`,
  );
};
