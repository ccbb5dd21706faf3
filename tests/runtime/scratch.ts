import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A fresh folder, which is gone once this process is, however it went: a server on `data` in it is stopped, a
 * file system on it is unmounted. Exit handlers would not do: they do not run under `bun test`, and nothing
 * runs after a SIGKILL. With `inMemory` it is in memory where there is room.
 */
export const scratchFolder = (name: string, { inMemory = false } = {}): string => {
  const folder = mkdtempSync(join(inMemory ? memory() : tmpdir(), `cartwright-${name}-`));
  keeper ??= startKeeper();
  keeper.stdin?.write(`${folder}\n`);
  return folder;
};

let keeper: ChildProcess | undefined;

/** It hears of each folder, and that we are gone when the pipe to it closes. */
const startKeeper = (): ChildProcess => {
  const script = `
    IFS='
'
    folders=$(cat)
    for folder in $folders; do
      pid=$(head -n 1 "$folder/data/postmaster.pid" 2>/dev/null)
      [ -n "$pid" ] && kill -INT "$pid" 2>/dev/null
    done
    for folder in $folders; do
      for _ in $(seq 100); do [ -e "$folder/data/postmaster.pid" ] && sleep 0.05; done
      [ -d "$folder" ] && umount "$folder" 2>/dev/null
      rm -rf "$folder"
    done`;
  const child = spawn('sh', ['-c', script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
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
