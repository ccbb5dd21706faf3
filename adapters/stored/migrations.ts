import packageJson from '../../package.json' with { type: 'json' };

/** A newer version has migrated the database, so this version does not know what its tables mean. */
export class SchemaTooNew extends Error {
  override readonly name = 'SchemaTooNew';
}

/** An unreleased version has created the database with other migrations. There is no upgrade from it. */
export class SchemaTooOld extends Error {
  override readonly name = 'SchemaTooOld';
}

/** A migration was rolled back. `code` is the driver's; `cause` is set if waiting can help. */
export class MigrationFailed extends Error {
  override readonly name = 'MigrationFailed';
  readonly code: string;

  constructor(file: string, reason: string, { code, cause }: { readonly code: string; cause?: unknown }) {
    const rest = 'nothing of it was written, and the migrations before it stay';
    super(`the migration ${file} failed, ${rest}: ${reason}`, cause === undefined ? {} : { cause });
    this.code = code;
  }
}

/** A migration that the database has, with the oldest release that works beside it; null if it names none. */
export type AppliedMigration = { readonly name: string; readonly worksBeside: string | null };

/** The oldest release that works on a database with this migration: the first line of its file says it. */
export const worksBesideOf = (text: string): string | null =>
  /^-- Works beside (\d+\.\d+\.\d+)\.\n/.exec(text)?.[1] ?? null;

/**
 * The migration files that the database does not have yet, in their order. A newer version only adds files. So a
 * database that has a file which we do not know, but lacks one of ours, was created by an unreleased version. A file
 * which we do not know is fine if it says that this release works beside it: a process of this release can then start
 * while a newer release takes over, or again after it.
 *
 * @param files our files, in the order of their numbers
 * @param applied what the database has, in any order
 * @throws SchemaTooNew or SchemaTooOld if this release does not work with what the database has
 */
export const missingMigrations = (
  files: readonly string[],
  applied: readonly AppliedMigration[],
  release: string = packageJson.version,
): readonly string[] => {
  const names = new Set(applied.map(({ name }) => name));
  const missing = files.filter((name) => !names.has(name));
  const unknown = applied
    .filter(({ name }) => !files.includes(name))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
  const [first] = unknown;
  if (first !== undefined && missing.length > 0)
    throw new SchemaTooOld(
      `the database was created by an unreleased version (it has the migration ${first.name}) and cannot be upgraded: use a new, empty database`,
    );
  const tooNew = unknown.find(
    ({ worksBeside }) => worksBeside === null || isOlderRelease(release, worksBeside),
  );
  if (tooNew === undefined) return missing;
  throw new SchemaTooNew(
    `the database has the migration ${tooNew.name}, which this version does not know: start a newer version`,
  );
};

export const isOlderRelease = (release: string, other: string): boolean => {
  const [ours, theirs] = [release, other].map((version) => version.split('.').map(Number));
  const index = (ours ?? []).findIndex((part, place) => part !== theirs?.[place]);
  return index >= 0 && (ours?.[index] ?? 0) < (theirs?.[index] ?? 0);
};

/** For a program that does not migrate. */
export const refusePending = (pending: readonly string[]): void => {
  const [first] = pending;
  if (first !== undefined)
    throw new SchemaTooOld(`the database lacks the migration ${first}: run bun run migrate first`);
};
