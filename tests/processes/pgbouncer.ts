import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createScratchFolder } from './cleanup.ts';
import { asServerUser, freePort } from './server.ts';

/**
 * Whether the pooler is installed (Debian's package `pgbouncer`). If it is missing, this warns; with
 * `REQUIRE_PGBOUNCER=1` it throws.
 */
export const pgbouncerAvailable = (): boolean => {
  if (spawnSync('pgbouncer', ['--version']).status === 0) return true;
  if (process.env.REQUIRE_PGBOUNCER === '1') throw new Error('pgbouncer is not installed');
  console.warn('PgBouncer tests are SKIPPED: pgbouncer is not installed');
  return false;
};

/** Starts a pooler in transaction mode. It has fewer server connections than one process of the program opens. */
export const startPgbouncer = async (target: string): Promise<{ url: string; close(): Promise<void> }> => {
  const server = new URL(target);
  const name = server.pathname.slice(1);
  const port = await freePort();
  const directory = createScratchFolder('pgbouncer');
  const config = join(directory, 'pgbouncer.ini');
  writeFileSync(
    config,
    [
      '[databases]',
      `${name} = host=${server.hostname} port=${server.port} user=${server.username}`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${port}`,
      'unix_socket_dir =',
      'auth_type = any',
      'pool_mode = transaction',
      'default_pool_size = 4',
    ].join('\n'),
  );
  if ('uid' in asServerUser) chownSync(directory, asServerUser.uid, asServerUser.gid);
  const child = spawn('pgbouncer', [config], { ...asServerUser, stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  for (let tries = 0; !(await acceptsConnections(port)); tries++) {
    if (child.exitCode !== null || tries > 200) throw new Error(`pgbouncer did not start: ${output}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  server.port = String(port);
  return {
    url: server.href,
    close: async () => {
      const closed = once(child, 'close');
      child.kill('SIGTERM');
      await closed;
    },
  };
};

const acceptsConnections = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
