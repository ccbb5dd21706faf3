import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createScratchFolder } from '../processes/cleanup.ts';
import { freePort } from '../processes/server.ts';

/** Whether nginx is installed (Debian's package `nginx-light`). If it is missing, `REQUIRE_NGINX=1` makes this throw. */
export const nginxAvailable = (): boolean => {
  if (spawnSync('nginx', ['-v']).status === 0) return true;
  if (process.env.REQUIRE_NGINX === '1') throw new Error('nginx is not installed');
  return false;
};

/** The ports of the processes behind it, by what it sends them. */
export type Upstreams = { readonly commands: readonly number[]; readonly queries: readonly number[] };

/** Starts nginx before the processes. It sends GET and HEAD to `queries`, and all else to `commands`. */
export const startNginx = async (
  upstreams: Upstreams,
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> => {
  const port = await freePort();
  const folder = createScratchFolder('nginx');
  const config = join(folder, 'nginx.conf');
  writeFileSync(config, configuration(folder, port, upstreams));
  const child = spawn('nginx', ['-p', folder, '-c', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  while (!(await acceptsConnections(port)))
    if (child.exitCode !== null) throw new Error(`nginx did not start: ${output}`);
    else await new Promise((resolve) => setTimeout(resolve, 25));
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      const closed = once(child, 'close');
      child.kill('SIGTERM');
      await closed;
    },
  };
};

/**
 * As an operator would write it, and no more. nginx keeps connections to the processes, and sends a request that was
 * refused to the other one. Without `max_fails=0` it would avoid a process for ten seconds after its restart, while the
 * other one restarts. Idle connections end before `DRAIN_MS` is over.
 *
 * A listener that closes resets the connections that it has not read. nginx then repeats what HTTP calls idempotent, and
 * no POST, unless it is told that this one is safe to repeat. Such a POST goes through the named location, because
 * `proxy_next_upstream` takes no variable.
 */
const configuration = (folder: string, port: number, { commands, queries }: Upstreams): string => `
daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log stderr crit;
events {}
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  upstream commands { ${servers(commands)} keepalive 16; keepalive_timeout 3s; }
  upstream queries { ${servers(queries)} keepalive 16; keepalive_timeout 3s; }
  map $request_method $upstream { GET queries; HEAD queries; default commands; }
  map $uri $takes_key {
    default 0;
    ~^/(orders|checkouts|refunds|keys|webhook-endpoints|queue/pauses|money/reconciliations)$ 1;
    ~^/money/[^/]+/(refunds|acknowledgements)$ 1;
  }
  map "$request_method $takes_key $http_idempotency_key" $is_safe_to_repeat { default 0; "~^POST 1 ." 1; }
  server {
    listen 127.0.0.1:${port};
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $http_host;
    proxy_next_upstream error;
    proxy_next_upstream_tries 2;
    location / {
      error_page 418 = @repeatable;
      if ($is_safe_to_repeat) { return 418; }
      proxy_pass http://$upstream;
    }
    location @repeatable {
      proxy_next_upstream error non_idempotent;
      proxy_pass http://$upstream;
    }
  }
}
`;

const servers = (ports: readonly number[]): string =>
  ports.map((port) => `server 127.0.0.1:${port} max_fails=0;`).join(' ');

const acceptsConnections = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
