import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createScratchFolder, killOnExit } from '../processes/cleanup.ts';
import { asServerUser, freePort } from '../processes/server.ts';
import { secret } from '../processes/tokens.ts';
import { waitForPort } from './port.ts';

/** One line of the gateway's log. */
export type LogLine = {
  /** When it was answered. */
  readonly at: number;
  /** How long that took, since its first byte came. */
  readonly seconds: number;
  readonly requestId: string;
  readonly client: string;
  readonly method: string;
  readonly path: string;
  readonly protocol: string;
  readonly status: number;
  readonly budget: string;
  readonly limited: string;
  readonly upstream: string;
  readonly cache: string;
};

export type GatewayOptions = {
  /** The ports of the processes, by role. */
  readonly checkout: readonly number[];
  readonly read: readonly number[];
  /** The environment that it takes its secret from; by default the secret of the processes under test. */
  readonly env?: Readonly<Record<string, string>>;
  /** Changes of files, such as `site/limits.conf`, for what would take too long or is to be seen alone. */
  readonly edits?: Readonly<Record<string, (text: string) => string>>;
  /** Keeps the buffer of the log as it is shipped. Tests read a line as soon as its request is answered. */
  readonly buffersLog?: boolean;
};

/** `deploy/nginx` as it is shipped, with other ports, names and certificate, run by a plain user. */
export type Gateway = {
  /** Plain HTTP, for what does not depend on TLS. */
  readonly port: number;
  readonly url: string;
  readonly tlsPort: number;
  /** TLS behind a balancer that sends the PROXY protocol. */
  readonly balancedPort: number;
  readonly statusPort: number;
  readonly redirectPort: number;
  readonly certificate: string;
  log(): readonly LogLine[];
  errors(): string;
  reload(): void;
  /** Takes it out as an operator does: it ends after the balancer has seen it. */
  leave(seen: () => Promise<void>): Promise<void>;
  /** Ends it gracefully, and waits for it. */
  quit(): Promise<void>;
  /** Ends all its processes at once. */
  kill(): Promise<void>;
  /** Starts it again after `quit` or `kill`. */
  start(): Promise<void>;
};

/**
 * Whether nginx with njs, and HAProxy, are installed (Debian's packages `nginx-light`, `libnginx-mod-http-js` and
 * `haproxy`). If one is missing, `REQUIRE_NGINX=1` makes this throw.
 */
export const gatewayAvailable = (): boolean => {
  const isThere =
    ['nginx', 'haproxy'].every((program) => spawnSync(program, ['-v']).status === 0) &&
    existsSync('/usr/lib/nginx/modules/ngx_http_js_module.so');
  if (!isThere && process.env.REQUIRE_NGINX === '1')
    throw new Error('nginx, its module njs or haproxy is not installed');
  return isThere;
};

const shipped = fileURLToPath(new URL('../../deploy/nginx', import.meta.url));

export const startGateway = async (options: GatewayOptions): Promise<Gateway> => {
  const folder = createScratchFolder('gateway');
  const config = join(folder, 'nginx');
  const run = join(folder, 'run');
  cpSync(shipped, config, { recursive: true });
  mkdirSync(run);
  const [port, tlsPort, balancedPort, statusPort, redirectPort] = await Promise.all([
    freePort(),
    freePort(),
    freePort(),
    freePort(),
    freePort(),
  ]);
  const ports = { port, tlsPort, balancedPort, statusPort, redirectPort };
  const certificate = writeSite(config, ports, options);
  if ('uid' in asServerUser) execFileSync('chown', ['-R', `${asServerUser.uid}:${asServerUser.gid}`, folder]);

  const flags = ['-p', folder, '-c', join(config, 'nginx.conf')];
  const env = { PATH: process.env.PATH ?? '', ...(options.env ?? { AUTH_SECRET: secret }) };
  let child: ChildProcess | null = null;
  let errors = '';
  const end = async (stop: (pid: number) => void): Promise<void> => {
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const closed = once(child, 'close');
    stop(child.pid);
    await closed;
  };
  const start = async () => {
    // A group of its own, so that its workers can be killed with it.
    const started = spawn('nginx', [...flags, '-g', 'daemon off;'], {
      ...asServerUser,
      env,
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child = started;
    killOnExit(started);
    started.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    await waitForPort(statusPort, () => {
      if (started.exitCode !== null) throw new Error(`nginx did not start: ${errors}`);
    });
  };
  const quit = () => end((pid) => process.kill(pid, 'SIGQUIT'));
  await start();
  return {
    ...ports,
    url: `http://127.0.0.1:${port}`,
    certificate,
    log: () =>
      readFileSync(join(run, 'access.log'), 'utf8')
        .split('\n')
        // The last line may not be complete.
        .slice(0, -1)
        .map((line): LogLine => JSON.parse(line)),
    errors: () => errors,
    reload: () => child?.kill('SIGHUP'),
    leave: async (seen) => {
      writeFileSync(join(run, 'leaving'), '');
      await seen();
      await quit();
      rmSync(join(run, 'leaving'));
    },
    quit,
    kill: () => end((pid) => process.kill(-pid, 'SIGKILL')),
    start,
  };
};

type Ports = Pick<Gateway, 'port' | 'tlsPort' | 'balancedPort' | 'statusPort' | 'redirectPort'>;

/** Writes the files of `site/` that an operator edits. Returns the path of the certificate. */
const writeSite = (
  config: string,
  ports: Ports,
  { checkout, read, edits = {}, buffersLog = false }: GatewayOptions,
): string => {
  const site = (name: string) => join(config, 'site', name);
  const change = (path: string, to: (text: string) => string) =>
    writeFileSync(path, to(readFileSync(path, 'utf8')));
  const edit = (name: string, to: (text: string) => string) => change(site(name), to);
  const certificate = join(config, 'certificate.pem');
  const key = join(config, 'key.pem');
  execFileSync(
    'openssl',
    [
      ...[
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
      ],
      ...['-keyout', key, '-out', certificate, '-subj', '/CN=localhost'],
      ...['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
    ],
    { stdio: 'ignore' },
  );
  writeFileSync(
    site('listen.conf'),
    `listen 127.0.0.1:${ports.port};
     listen 127.0.0.1:${ports.tlsPort} ssl http2;
     listen 127.0.0.1:${ports.balancedPort} ssl http2 proxy_protocol;
     set_real_ip_from 127.0.0.0/8;
     real_ip_header proxy_protocol;`,
  );
  edit('tls.conf', (text) =>
    text
      .replace('/etc/cartwright/tls/fullchain.pem', certificate)
      .replace('/etc/cartwright/tls/privkey.pem', key),
  );
  edit('names.conf', (text) => text.replace('shop.example.com', 'localhost 127.0.0.1'));
  edit('redirect.conf', (text) =>
    text.replace('listen 80', `listen 127.0.0.1:${ports.redirectPort}`).replace(/.*\[::\]:80.*\n/, ''),
  );
  edit('status.conf', (text) => text.replace('127.0.0.1:8081', `127.0.0.1:${ports.statusPort}`));
  if (!buffersLog) edit('log.conf', (text) => text.replace(/ buffer=\S+ flush=\w+/, ''));
  edit('checkout.conf', replaceServers(checkout));
  edit('read.conf', replaceServers(read));
  for (const [name, to] of Object.entries(edits)) change(join(config, name), to);
  return certificate;
};

/** Keeps the parameters of a server. */
const replaceServers =
  (ports: readonly number[]) =>
  (text: string): string => {
    const parameters = /^server \S+ (.*)$/m.exec(text)?.[1] ?? '';
    return ports.map((port) => `server 127.0.0.1:${port} ${parameters}`).join('\n');
  };
