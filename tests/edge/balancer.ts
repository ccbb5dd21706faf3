import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createScratchFolder, killOnExit } from '../processes/cleanup.ts';
import { asServerUser, freePort } from '../processes/server.ts';
import type { Gateway } from './gateway.ts';
import { waitForPort } from './port.ts';

const shipped = fileURLToPath(new URL('../../deploy/haproxy/haproxy.cfg', import.meta.url));

/** `deploy/haproxy` as it is shipped, before two gateways, run by a plain user. */
export const startBalancer = async (
  [first, second]: readonly [Gateway, Gateway],
  edit: (text: string) => string = (text) => text,
) => {
  const port = await freePort();
  const folder = createScratchFolder('haproxy');
  const config = join(folder, 'haproxy.cfg');
  writeFileSync(config, edit(readFileSync(shipped, 'utf8')));
  if ('uid' in asServerUser) execFileSync('chown', ['-R', `${asServerUser.uid}:${asServerUser.gid}`, folder]);
  const child: ChildProcess = spawn('haproxy', ['-db', '-f', config], {
    ...asServerUser,
    env: {
      PATH: process.env.PATH ?? '',
      LISTEN: `127.0.0.1:${port}`,
      GATEWAY_1: `127.0.0.1:${first.balancedPort}`,
      GATEWAY_2: `127.0.0.1:${second.balancedPort}`,
      STATUS_PORT_1: String(first.statusPort),
      STATUS_PORT_2: String(second.statusPort),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => {
      output += chunk;
    });
  killOnExit(child);
  await waitForPort(port, () => {
    if (child.exitCode !== null) throw new Error(`haproxy did not start: ${output}`);
  });
  return {
    url: `https://localhost:${port}`,
    /** Resolves once it writes `text`, after this call. */
    waitForOutput: async (text: string): Promise<void> => {
      const before = output.length;
      while (!output.includes(text, before)) await new Promise((resolve) => setTimeout(resolve, 25));
    },
    close: async () => {
      const closed = once(child, 'close');
      child.kill('SIGTERM');
      await closed;
    },
  };
};
