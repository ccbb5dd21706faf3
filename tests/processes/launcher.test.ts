import { afterEach, describe, expect, test } from 'bun:test';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { createScratchFolder } from './cleanup.ts';
import { deno, type Runtime } from './processes.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const main = join(root, 'server/main.ts');
const runtimes: Readonly<Record<Runtime, string>> = {
  bun: process.execPath,
  deno: `${deno} run -A --quiet`,
};

const started: ChildProcess[] = [];
afterEach(() => {
  // Each is the leader of its own group, which its descendants belong to.
  for (const { pid } of started.splice(0)) if (pid !== undefined) killGroup(pid);
});

const killGroup = (pid: number): void => {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // All of them have ended.
  }
};

/** Runs a command of a shell in a folder whose package.json has the script `start`. */
const launch = (command: string, runtime: Runtime = 'bun') => {
  const cwd = createScratchFolder('launcher', { inMemory: true });
  const start = `exec ${runtimes[runtime]} ${main}`;
  writeFileSync(join(cwd, 'package.json'), JSON.stringify({ scripts: { start } }));
  const child = spawn('sh', ['-c', command], {
    cwd,
    detached: true,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '',
      PORT: '0',
      DRAIN_MS: '0',
      DATABASE_URL: `sqlite:${join(cwd, 'shop.db')}`,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  let output = '';
  const ready = Promise.withResolvers<void>();
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk;
      if (output.includes('is ready')) ready.resolve();
    });
  return {
    child,
    ready: ready.promise,
    /** The pipes close when the last process that writes to them has ended. */
    closed: once(child, 'close'),
    output: () => output,
  };
};

/** As npx does: it starts a shell with these variables, and passes no signal on. */
const asNpx = `env npm_command=exec npm_lifecycle_event=npx npm_lifecycle_script="'bun'" sh -c '${process.execPath} run start; true'; true`;

describe.skipIf(!existsSync('/proc/self/stat'))('The program that a package runner started', () => {
  test.each(['bun', 'deno'] as const)(
    'It ends when the runner above `bun run` has ended without a signal (%s)',
    async (runtime) => {
      const { child, ready, closed, output } = launch(asNpx, runtime);
      await ready;
      child.kill('SIGKILL');
      await closed;
      expect(output()).toContain('the program that started this one has ended');
    },
    120_000,
  );

  test.each(['SIGTERM', 'SIGINT'] as const)(
    'It ends when `bun run start` gets a %s',
    async (signal) => {
      const { child, ready, closed, output } = launch(`exec ${process.execPath} run start`);
      await ready;
      child.kill(signal);
      await closed;
      expect(output()).toContain(signal);
    },
    120_000,
  );
});
