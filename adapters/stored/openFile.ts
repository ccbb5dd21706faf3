import { closeSync, fstatSync, lstatSync, openSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock } from '../../core/world.ts';

export const fileGone = 'the database file was removed or replaced; put it back, or restart this process';

/**
 * Two changes of a folder within this time may leave the same time in it: file systems count in ticks of at most 16 ms,
 * and some in seconds or two.
 */
export const tellsApartMs = (changedMs: number): number => (changedMs % 1_000 === 0 ? 2_000 : 100);

/** A folder does not know that one above it was renamed. Nothing is lost by that until somebody removes it. */
const lookAgainMs = 100;

export type OpenFile = {
  /** True also when it is closed: then nothing is written. */
  readonly isInPlace: () => boolean;
  readonly close: () => void;
};

/**
 * Tells whether the files of an open SQLite database are still those at its path. A file that was removed or replaced
 * can still be written, and all of it is lost with the process. Call it when the database is open.
 *
 * It is asked before each write, and a look at a path costs three times as much as one at an open file. No file is
 * removed from its folder, renamed or replaced without a new time in the folder, which is held open. So the files are
 * looked at when the folder has changed, when its last change is too young to tell it from another one, and once in a
 * while. Without a clock they are looked at each time.
 */
export const watchOpenFile = (path: string, clock: Clock = noClock): OpenFile => {
  const database = identityOf(path);
  // What a link leads to is in another folder.
  const isLink = lstatSync(path, noThrow)?.isSymbolicLink() === true;
  let folder = isLink ? null : openFolder(dirname(path));
  // The log is created with the first transaction, and stays as long as the database is open.
  let log: string | null = null;
  const areInPlace = () => {
    if (database === null || identityOf(path) !== database) return false;
    const current = identityOf(`${path}-wal`);
    log ??= current;
    return current === log;
  };

  let isClosed = false;
  /** The folder as it was before the files were found in place, and when. */
  let settled: { readonly folder: Stats; readonly atMs: number } | null = null;
  return {
    isInPlace: () => {
      if (isClosed) return true;
      if (folder === null) return areInPlace();
      const atMs = clock.nowMs();
      // Before the files: what happens to them afterwards changes it again.
      const found = fstatSync(folder);
      if (settled !== null && isSame(found, settled.folder) && isWithin(lookAgainMs, settled.atMs, atMs))
        return true;
      settled = null;
      if (!areInPlace()) return false;
      const changedMs = Math.max(found.mtimeMs, found.ctimeMs);
      if (atMs - changedMs > tellsApartMs(changedMs)) settled = { folder: found, atMs };
      return true;
    },
    close: () => {
      isClosed = true;
      if (folder !== null) closeSync(folder);
      folder = null;
    },
  };
};

/** By this one, each change of a folder is too young. */
const noClock: Clock = { nowMs: () => 0 };

const noThrow = { throwIfNoEntry: false } as const;

const isSame = (one: Stats, other: Stats): boolean =>
  one.mtimeMs === other.mtimeMs && one.ctimeMs === other.ctimeMs;

/** False for a clock that was set back. */
const isWithin = (ms: number, sinceMs: number, atMs: number): boolean =>
  atMs >= sinceMs && atMs - sinceMs < ms;

/** Null where a folder cannot be opened, as on Windows. */
const openFolder = (path: string): number | null => {
  try {
    return openSync(path, 'r');
  } catch {
    return null;
  }
};

/** Null if there is no such file. */
const identityOf = (path: string): string | null => {
  const found = statSync(path, noThrow);
  return found === undefined ? null : `${found.dev} ${found.ino}`;
};
