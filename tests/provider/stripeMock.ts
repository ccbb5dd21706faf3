import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { freePort } from '../processes/server.ts';

/** The version that made the recording. */
const version = 'v0.203.0';

const builtBinary = join(tmpdir(), `cartwright-stripe-mock-${version}`, 'stripe-mock');

/**
 * The path of Stripe's own mock server if `REQUIRE_STRIPE_MOCK=1` is set, else null. It is on the PATH, or
 * was built before, or is built now with Go, which takes a minute. Throws if the build fails.
 */
export const stripeMockBinary = (): string | null => {
  if (process.env.REQUIRE_STRIPE_MOCK !== '1') return null;
  if (spawnSync('stripe-mock', ['-version']).status === 0) return 'stripe-mock';
  if (existsSync(builtBinary)) return builtBinary;
  const env = { ...process.env, GOBIN: join(builtBinary, '..') };
  const done = spawnSync('go', ['install', `github.com/stripe/stripe-mock@${version}`], { env });
  if (done.status !== 0) throw new Error(`stripe-mock cannot be built: ${done.error ?? done.stderr}`);
  return builtBinary;
};

/** Starts the mock server. Returns its address and a function that stops it. */
export const startStripeMock = async (
  binary: string,
): Promise<{ readonly url: string; stop(): Promise<void> }> => {
  const port = await freePort();
  const server: ChildProcess = spawn(binary, ['-http-addr', `127.0.0.1:${port}`], { stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  const ended = once(server, 'exit');
  const stop = async () => {
    server.kill('SIGKILL');
    await ended;
  };
  for (let attempt = 1; attempt <= 200; attempt++) {
    try {
      await (await fetch(url)).arrayBuffer();
      return { url, stop };
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  await stop();
  throw new Error('stripe-mock does not answer');
};
