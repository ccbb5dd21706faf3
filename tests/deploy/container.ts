import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createScratchFolder, killOnExit } from '../processes/cleanup.ts';

/** The user of the image, as the Containerfile names it. */
const imageUser = 65_532;

const repositoryRoot = fileURLToPath(new URL('../..', import.meta.url));

/** False without the right to make namespaces, which is a failure where REQUIRE_DEPLOY_TOOLS is set. */
export const areNamespacesAvailable = (): boolean => {
  const isAvailable =
    process.getuid?.() === 0 && spawnSync('unshare', ['--mount', '--pid', '--fork', 'true']).status === 0;
  if (!isAvailable && process.env.REQUIRE_DEPLOY_TOOLS === '1')
    throw new Error('REQUIRE_DEPLOY_TOOLS is set, and this user cannot make namespaces');
  return isAvailable;
};

/** The root of the image: what `assemble.sh` makes, put together as the Containerfile does. */
export type Image = { readonly root: string };

export const assembleImage = (): Image => {
  const folder = createScratchFolder('image');
  execFileSync(join(repositoryRoot, 'deploy/image/assemble.sh'), [folder], {
    env: { ...process.env, BUN: process.execPath },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const root = join(folder, 'files');
  renameSync(join(folder, 'owned/data'), join(root, 'data'));
  return { root };
};

export type ContainerOptions = {
  readonly env: Readonly<Record<string, string>>;
  /** A folder of this machine that is `/data`. It gets to the user of the image. */
  readonly data: string;
  /** What bun runs; by default what the image says. */
  readonly args?: readonly string[];
  /** Leaves the files writable for whoever has the right, as a runtime without a read-only root does. */
  readonly isWritable?: boolean;
};

export type Container = {
  output(): string;
  readonly stopped: Promise<number | null>;
  stop(): Promise<number | null>;
};

/**
 * Runs the program in a root, a mount namespace and a process namespace of its own, as the user of the image and without
 * capabilities. No container runtime is needed. The network is that of this machine.
 */
export const runContainer = (
  { root }: Image,
  { env, data, args = ['server/main.ts'], isWritable = false }: ContainerOptions,
): Container => {
  mkdirSync(data, { recursive: true });
  chownSync(data, imageUser, imageUser);
  const script = `set -e
    mount --bind "$1" "$1"
    ${isWritable ? '' : 'mount -o remount,bind,ro "$1"'}
    mount --bind "$2" "$1/data"
    mount -t proc proc "$1/proc"
    mount --bind /dev "$1/dev"
    root=$1; shift 2
    exec setpriv --clear-groups --no-new-privs \\
      unshare --root="$root" --wd=/app --setgid=${imageUser} --setuid=${imageUser} /usr/local/bin/bun "$@"`;
  const child = spawn(
    'unshare',
    ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', script, 'container', root, data, ...args],
    {
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', NODE_ENV: 'production', PORT: '3000', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  killOnExit(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk;
    });
  const stopped = once(child, 'close').then(([code]): number | null => code);
  return { output: () => output, stopped, stop: () => stopInside(child, stopped) };
};

/** The first process of a namespace gets the signal, as a container runtime sends it. */
const stopInside = async (child: ChildProcess, stopped: Promise<number | null>): Promise<number | null> => {
  const inside = execFileSync('pgrep', ['-P', String(child.pid)], { encoding: 'utf8' }).trim();
  process.kill(Number(inside), 'SIGTERM');
  return stopped;
};
