import { spawnSync } from 'node:child_process';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scratchFolder } from './cleanup.ts';

/** A file system of a few MiB of its own. */
export type TinyDisk = {
  readonly directory: string;
  /** Leaves no room for anything, until the answered function is called. */
  fill(): () => void;
  /** Nothing is written any more, for ever. Nobody may have a file open to write. */
  protect(): void;
  remove(): void;
};

/** Null where we may not mount one, which is said out loud; `REQUIRE_MOUNT=1` makes that throw. */
export const tinyDisk = (mebibytes: number): TinyDisk | null => {
  const directory = scratchFolder('disk');
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'none', directory], {
    encoding: 'utf8',
  });
  if (mounted.status !== 0) {
    const reason = `a small disk cannot be mounted here: ${mounted.stderr ?? mounted.error?.message}`;
    if (process.env.REQUIRE_MOUNT === '1') throw new Error(reason);
    console.warn(`Tests of a full disk are SKIPPED: ${reason}`);
    return null;
  }
  const ballast = join(directory, 'ballast');
  return {
    directory,
    fill: () => {
      const { bavail, bsize } = statfsSync(directory);
      writeFileSync(ballast, Buffer.alloc(bavail * bsize));
      return () => rmSync(ballast);
    },
    protect: () => {
      const { status, stderr } = spawnSync('mount', ['-o', 'remount,ro', directory], { encoding: 'utf8' });
      if (status !== 0) throw new Error(stderr);
    },
    remove: () => {
      spawnSync('umount', [directory]);
      rmSync(directory, { recursive: true, force: true });
    },
  };
};
