import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { freePort } from '../processes/server.ts';

/** What the recording was made with. */
const version = 'v0.203.0';

const built = join(tmpdir(), `cartwright-stripe-mock-${version}`, 'stripe-mock');

/**
 * Stripe's own mock server, where `REQUIRE_STRIPE_MOCK=1` asks for it, and else null: the one on the path, or one
 * that was built before; it is built with Go, which takes a minute, and it is a failure if that cannot be.
 */
export const stripeMockBinary = (): string | null => {
  if (process.env.REQUIRE_STRIPE_MOCK !== '1') return null;
  if (spawnSync('stripe-mock', ['-version']).status === 0) return 'stripe-mock';
  if (existsSync(built)) return built;
  const env = { ...process.env, GOBIN: join(built, '..') };
  const done = spawnSync('go', ['install', `github.com/stripe/stripe-mock@${version}`], { env });
  if (done.status !== 0) throw new Error(`stripe-mock cannot be built: ${done.error ?? done.stderr}`);
  return built;
};

/** Answers its address, and how to end it. */
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
  for (let tries = 1; tries <= 200; tries++) {
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
