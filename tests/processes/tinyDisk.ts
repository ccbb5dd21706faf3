import { spawnSync } from 'node:child_process';
import { closeSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createScratchFolder } from './cleanup.ts';

/** A file system of a few MiB. */
export type TinyDisk = {
  readonly directory: string;
  /** Fills the disk. The returned function frees the space again. */
  fill(): () => void;
  /** Makes the disk read-only for good. No file on it may be open for writing. */
  makeReadOnly(): void;
  remove(): void;
};

/** Null, with a warning, if this process may not mount one; with `REQUIRE_MOUNT=1` this throws. */
export const mountTinyDisk = (mebibytes: number): TinyDisk | null => {
  const directory = createScratchFolder('disk');
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'none', directory], {
    encoding: 'utf8',
  });
  if (mounted.status !== 0) {
    const reason = `a small disk cannot be mounted here: ${mounted.stderr ?? mounted.error?.message}`;
    if (process.env.REQUIRE_MOUNT === '1') throw new Error(reason);
    console.warn(`Tests of a full disk are SKIPPED: ${reason}`);
    return null;
  }
  const filler = join(directory, 'filler');
  return {
    directory,
    fill: () => {
      const { bavail, bsize } = statfsSync(directory);
      const file = openSync(filler, 'w');
      try {
        writeSync(file, Buffer.alloc(bavail * bsize));
      } catch (cause) {
        // Somebody else has written meanwhile. The disk is full all the same.
        if ((cause as NodeJS.ErrnoException).code !== 'ENOSPC') throw cause;
      } finally {
        closeSync(file);
      }
      return () => rmSync(filler);
    },
    makeReadOnly: () => {
      const { status, stderr } = spawnSync('mount', ['-o', 'remount,ro', directory], { encoding: 'utf8' });
      if (status !== 0) throw new Error(stderr);
    },
    remove: () => {
      spawnSync('umount', [directory]);
      rmSync(directory, { recursive: true, force: true });
    },
  };
};
