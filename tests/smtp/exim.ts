import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { createScratchFolder } from '../processes/cleanup.ts';
import { freePort } from '../processes/server.ts';
import { type ParsedMail, parseMail } from './mime.ts';

const program = '/usr/sbin/exim4';

/**
 * Whether Exim is installed (Debian's package `exim4-daemon-light`) and can be started, which only root can. If not,
 * this warns; with `REQUIRE_EXIM=1` it throws.
 */
export const eximAvailable = (): boolean => {
  if (existsSync(program) && process.getuid?.() === 0) return true;
  if (process.env.REQUIRE_EXIM === '1') throw new Error('exim4 is not installed, or this is not root');
  console.warn('Exim tests are SKIPPED: exim4 is not installed, or this is not root');
  return false;
};

/** A mail server with a certificate of its own that keeps its mails in the queue. It takes few connections. */
export const startExim = async (connectionsMax: number) => {
  const folder = createScratchFolder('exim');
  const port = await freePort();
  const config = join(folder, 'exim.conf');
  const spool = join(folder, 'spool');
  writeFileSync(
    config,
    [
      'primary_hostname = mail.example.test',
      `spool_directory = ${spool}`,
      `log_file_path = ${folder}/%slog`,
      `pid_file_path = ${folder}/exim.pid`,
      'local_interfaces = 127.0.0.1',
      `daemon_smtp_ports = ${port}`,
      'acl_smtp_rcpt = accept_all',
      'acl_smtp_data = accept_all',
      'queue_only = true',
      `smtp_accept_max_per_host = ${connectionsMax}`,
      'tls_advertise_hosts = *',
      'smtputf8_advertise_hosts = *',
      'begin acl',
      'accept_all:',
      '  accept',
    ].join('\n'),
  );
  // Exim writes as its own user.
  mkdirSync(spool);
  const uid = Number(spawnSync('id', ['-u', 'Debian-exim']).stdout);
  for (const path of [folder, spool]) chownSync(path, uid, -1);
  chmodSync(folder, 0o755);
  const child = spawn(program, ['-C', config, '-bdf'], { stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  while (!(await acceptsConnections(port)))
    if (child.exitCode !== null) throw new Error(`exim did not start: ${output}`);
    else await new Promise((resolve) => setTimeout(resolve, 25));

  const readMail = (id: string): Promise<ParsedMail> =>
    parseMail(spawnSync(program, ['-C', config, '-Mvc', id], { maxBuffer: 100_000_000 }).stdout);
  return {
    /** `host:port`. */
    host: `127.0.0.1:${port}`,
    /** All mails that it has accepted. */
    readMails: (): Promise<readonly ParsedMail[]> =>
      Promise.all(
        readdirSync(join(spool, 'input'))
          .filter((name) => name.endsWith('-H'))
          .map((name) => readMail(name.slice(0, -2))),
      ),
    readLog: (): string => readFileSync(join(folder, 'mainlog'), 'utf8'),
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
    socket.once('data', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
