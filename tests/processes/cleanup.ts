import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Cleans up after this process has ended, for whatever reason. Exit handlers are not enough: they do not run under
 * `bun test`, and nothing runs after a SIGKILL.
 */

/**
 * Creates a folder that is removed when this process ends. Before that, a PostgreSQL server on its `data` is stopped,
 * and a file system on it is unmounted. With `inMemory` the folder is in memory if there is room.
 */
export const createScratchFolder = (name: string, { inMemory = false } = {}): string => {
  const folder = mkdtempSync(join(inMemory ? memoryFolder() : tmpdir(), `cartwright-${name}-`));
  sendToCleanup(folder);
  return folder;
};

/** Kills a process of the program when this process ends. Needs /proc, to check that the pid is still that process. */
export const killOnExit = ({ pid }: ChildProcess): void => {
  if (pid !== undefined) sendToCleanup(String(pid));
};

let cleanupProcess: ChildProcess | undefined;

const sendToCleanup = (line: string): void => {
  cleanupProcess ??= startCleanupProcess();
  cleanupProcess.stdin?.write(`${line}\n`);
};

/** The cleanup process starts its work when the pipe to it closes, which happens when this process ends. */
const startCleanupProcess = (): ChildProcess => {
  const script = `
    IFS='
'
    items=$(cat)
    for item in $items; do
      case $item in
        /*) pid=$(head -n 1 "$item/data/postmaster.pid" 2>/dev/null) && kill -INT "$pid" ;;
        *)
          grep -qE 'server/main.ts|server/simulator.ts|kafka.Kafka|docs/examples' "/proc/$item/cmdline" && kill -KILL "$item"
          grep -qE 'nginx: master|haproxy|^prometheus' "/proc/$item/cmdline" && kill -TERM "$item" ;;
      esac
    done
    for item in $items; do
      [ -d "$item" ] || continue
      for _ in $(seq 100); do [ -e "$item/data/postmaster.pid" ] && sleep 0.05; done
      umount "$item"
      rm -rf "$item"
    done`;
  const child = spawn('sh', ['-c', script], {
    // `/` has no folder with a number as its name, which the script would take for a folder.
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  child.unref();
  return child;
};

const freeBytesMin = 4 * 2 ** 30;

const memoryFolder = (): string => {
  const shared = '/dev/shm';
  if (!existsSync(shared)) return tmpdir();
  const { bavail, bsize } = statfsSync(shared);
  return bavail * bsize > freeBytesMin ? shared : tmpdir();
};
