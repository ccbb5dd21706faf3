import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Cleans up behind this process once it is gone, however it went. Exit handlers would not do: they do not run
 * under `bun test`, and nothing runs after a SIGKILL.
 */

/**
 * A fresh folder that does not outlive us: a server on `data` in it is stopped, a file system on it is
 * unmounted. With `inMemory` it is in memory where there is room.
 */
export const scratchFolder = (name: string, { inMemory = false } = {}): string => {
  const folder = mkdtempSync(join(inMemory ? memory() : tmpdir(), `cartwright-${name}-`));
  tellKeeper(folder);
  return folder;
};

/** A process of the program that does not outlive us, where there is a /proc to know it again by. */
export const endWithUs = ({ pid }: ChildProcess): void => {
  if (pid !== undefined) tellKeeper(String(pid));
};

let keeper: ChildProcess | undefined;

const tellKeeper = (line: string): void => {
  keeper ??= startKeeper();
  keeper.stdin?.write(`${line}\n`);
};

/** It hears that we are gone when the pipe to it closes. */
const startKeeper = (): ChildProcess => {
  const script = `
    IFS='
'
    things=$(cat)
    for thing in $things; do
      case $thing in
        /*) pid=$(head -n 1 "$thing/data/postmaster.pid" 2>/dev/null) && kill -INT "$pid" ;;
        *) grep -qE 'server/main.ts|server/simulator.ts' "/proc/$thing/cmdline" && kill -KILL "$thing" ;;
      esac
    done
    for thing in $things; do
      [ -d "$thing" ] || continue
      for _ in $(seq 100); do [ -e "$thing/data/postmaster.pid" ] && sleep 0.05; done
      umount "$thing"
      rm -rf "$thing"
    done`;
  const child = spawn('sh', ['-c', script], {
    // Where no folder has a number for a name.
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  child.unref();
  return child;
};

const roomMin = 4 * 2 ** 30;

const memory = (): string => {
  const shared = '/dev/shm';
  if (!existsSync(shared)) return tmpdir();
  const { bavail, bsize } = statfsSync(shared);
  return bavail * bsize > roomMin ? shared : tmpdir();
};
