import { beforeAll, describe, expect, test } from 'bun:test';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { YAML } from 'bun';
import { readConfig } from '../../server/config.ts';
import { createScratchFolder } from '../processes/cleanup.ts';
import { valueAt } from '../processes/client.ts';
import { secret } from '../processes/tokens.ts';
import { areToolsAvailable, runTool } from './tools.ts';

const top = fileURLToPath(new URL('../..', import.meta.url));
const text = readFileSync(join(top, 'deploy/compose.yaml'), 'utf8');

/** What the library of Docker Compose makes of a file beside ours. */
const load = (content: string) => {
  const file = join(createScratchFolder('compose'), 'compose.yaml');
  writeFileSync(file, content);
  return runTool('compose', ['-no-interpolation', '-format', 'json', file]);
};

const at = (value: unknown, ...path: readonly string[]): unknown => path.reduce(valueAt, value);

describe.skipIf(!areToolsAvailable())('The composition', () => {
  let services: Readonly<Record<string, unknown>> = {};
  beforeAll(() => {
    const { code, stdout, output } = load(text);
    if (code !== 0) throw new Error(output);
    services = Object(JSON.parse(stdout)).services;
  });

  test.each([
    ['service_healthy', 'service_helthy'],
    ['stop_grace_period: 25s', 'stop_grace: 25s'],
    ['image: cartwright-gateway', 'imge: cartwright-gateway'],
    ['cap_drop: [ALL]', 'cap_drop: ALL'],
    ['profiles: [events]', 'profiles: events'],
    ['profiles: [observability]', 'profile: [observability]'],
    ['KAFKA_PROCESS_ROLES: broker', 'KAFKA_PROCESS_ROLES: [broker]'],
    ['start_period: 60s', 'start_periods: 60s'],
    ['profiles: [replica]', 'profiles: { replica: true }'],
    ['standby-users: { condition: service_completed', 'standby-users: { condition: service_complete'],
  ])('An error in it is found: “%s” that became “%s”', (from, to) => {
    expect(text).toContain(from);
    expect(load(text.replace(from, to)).code).not.toBe(0);
  });

  /** What services mount or wait for and nothing declares. The library does not look at that here. */
  const findMissing = (content: string): readonly string[] => {
    const { stdout } = load(content);
    const model = Object(JSON.parse(stdout));
    return Object.entries(Object(model.services)).flatMap(([name, service]) => {
      const mounts = at(service, 'volumes');
      const volumes = (Array.isArray(mounts) ? mounts : []).flatMap((mount) =>
        at(mount, 'type') === 'volume' ? [String(at(mount, 'source'))] : [],
      );
      const needed = Object.keys(Object(at(service, 'depends_on')));
      return [
        ...volumes.filter((volume) => !(volume in Object(model.volumes))),
        ...needed.filter((other) => !(other in Object(model.services))),
      ].map((missing) => `${name}: ${missing}`);
    });
  };

  test('No service mounts a volume or waits for a service that is not there', () => {
    expect(findMissing(text)).toEqual([]);
    expect(findMissing(text.replace('["standby:/var', '["standbye:/var'))).toEqual(['standby: standbye']);
    expect(findMissing(text.replace('standby-users: {', 'standby-user: {'))).toEqual([
      'standby: standby-user',
    ]);
  });

  const namesOf = (profile: string | null): readonly string[] =>
    Object.keys(services).filter((name) => {
      const profiles = at(services[name], 'profiles');
      return profile === null ? profiles === undefined : String(profiles) === profile;
    });

  test('It has two of each role and of the gateway, and all that they wait for', () => {
    const names = namesOf(null);
    expect(names.toSorted()).toEqual([
      'balancer',
      'checkout-1',
      'checkout-2',
      'gateway-1',
      'gateway-2',
      'mail',
      'migrate',
      'pgbouncer',
      'postgres',
      'read-1',
      'read-2',
      'worker-1',
      'worker-2',
    ]);
    for (const service of names.map((name) => services[name]))
      for (const needed of Object.keys(Object(at(service, 'depends_on')))) expect(names).toContain(needed);
  });

  test('Kafka, the replica, the collector and Prometheus are there only if they are asked for', () => {
    expect(namesOf('events').toSorted()).toEqual(['kafka', 'kafka-topic']);
    expect(namesOf('replica').toSorted()).toEqual(['standby', 'standby-users']);
    expect(namesOf('observability').toSorted()).toEqual(['collector', 'prometheus']);
    for (const name of ['kafka', 'prometheus']) expect(at(services[name], 'healthcheck', 'test')).toBeArray();
  });

  test('Prometheus asks each process on its METRICS_PORT, and nobody else can', () => {
    const config = YAML.parse(readFileSync(join(top, 'deploy/prometheus/prometheus.yml'), 'utf8'));
    const [{ static_configs: listed }] = Object(config).scrape_configs;
    const processes = Object.entries(services).filter(
      ([name, service]) => at(service, 'image') === 'cartwright' && name !== 'migrate',
    );
    expect(processes).toHaveLength(6);
    expect(listed).toEqual([{ targets: processes.map(([name]) => `${name}:9464`).toSorted() }]);
    for (const [, service] of processes) {
      expect(String(at(service, 'environment', 'METRICS_PORT'))).toBe('9464');
      expect(at(service, 'ports')).toBeUndefined();
    }
  });

  test('The files of the collector and of Prometheus are there', () => {
    const mounted = [...text.matchAll(/"\.\/((?:collector|prometheus)[^:"]*):/g)].map(
      ([, path = '']) => path,
    );
    expect(mounted).toEqual(['collector/compose.yaml', 'prometheus']);
    expect(mounted.filter((path) => !existsSync(join(top, 'deploy', path)))).toEqual([]);
  });

  const replicaUrl = 'postgres://cartwright_read:a-password@standby:5432/shop';

  test.each([
    ['without a replica', ''],
    ['with a replica', replicaUrl],
  ])('Its settings are those of the program, %s', (_, DATABASE_REPLICA_URL) => {
    const values: Readonly<Record<string, string>> = {
      ...{ AUTH_SECRET: secret, POSTGRES_PASSWORD: 'a-password' },
      DATABASE_REPLICA_URL,
    };
    for (const [name, service] of Object.entries(services)) {
      if (!['cartwright'].includes(String(at(service, 'image')))) continue;
      const env = Object.entries(Object(at(service, 'environment'))).map(([key, value]) => [
        key,
        String(value).replace(/\$\{(\w+)[^}]*\}/g, (_, variable: string) => values[variable] ?? ''),
      ]);
      const config = readConfig(Object.fromEntries(env));
      expect([name, config.isErr() ? config.error : 'fine']).toEqual([name, 'fine']);
      const expected = name.startsWith('read-') && DATABASE_REPLICA_URL !== '' ? DATABASE_REPLICA_URL : null;
      expect([name, config.unwrapOr(null)?.databaseReplicaUrl]).toEqual([name, expected]);
    }
  });

  test('The standby is a server as the primary is, and starts when its user and slot are there', () => {
    const { postgres, standby } = services;
    for (const key of ['image', 'command', 'shm_size', 'stop_grace_period'])
      expect([key, at(standby, key)]).toEqual([key, at(postgres, key)]);
    expect(Object.keys(Object(at(standby, 'depends_on')))).toEqual(['standby-users']);
    const programs = ['standby', 'standby-users'].flatMap((name) => at(services[name], 'entrypoint'));
    const [mount = '', folder = ''] = /"\.\/postgres:([^:"]+):ro"/.exec(text) ?? [];
    expect(text.split(mount)).toHaveLength(4);
    for (const program of programs) {
      const path = String(program).replace(folder, join(top, 'deploy/postgres'));
      expect([path, statSync(path).mode & 0o111]).toEqual([path, 0o111]);
    }
    expect(text).toContain(`hba_file=${folder}/pg_hba.conf`);
  });

  test('No process of ours is privileged or writes to its own files, and each may end in its own time', () => {
    for (const [name, service] of Object.entries(services)) {
      if (!String(at(service, 'image')).startsWith('cartwright')) continue;
      expect(service).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      });
      if (name === 'migrate') continue;
      const seconds = Number(
        /^(?:(\d+)m)?(\d+)s$/
          .exec(String(at(service, 'stop_grace_period')))
          ?.slice(1)
          .reduce((sum, part) => sum * 60 + Number(part ?? 0), 0),
      );
      expect([name, seconds > (name.startsWith('gateway') ? 60 : 5 + 10 + 5)]).toEqual([name, true]);
    }
  });
});

const isNginxAvailable =
  spawnSync('sh', ['-c', 'PATH=$PATH:/usr/sbin command -v nginx']).status === 0 && process.getuid?.() === 0;

/** Lets nginx check the files of its image, with files of `mounted` over those of `site`, where the names are known. */
const checkGateway = (mounted: string | null, edit: (folder: string) => void = () => {}) => {
  const folder = join(createScratchFolder('gateway'), 'root');
  const conf = join(folder, 'nginx');
  mkdirSync(join(folder, 'run'), { recursive: true });
  for (const name of ['nginx.conf', 'gateway', 'site'])
    cpSync(join(top, 'deploy/nginx', name), join(conf, name), { recursive: true });
  cpSync(join(top, 'deploy/nginx/container'), join(conf, 'site'), { recursive: true });
  if (mounted !== null) cpSync(join(top, mounted), join(conf, 'site'), { recursive: true });
  edit(conf);
  const tls = join(folder, 'tls');
  mkdirSync(tls);
  execFileSync(
    'openssl',
    [
      ...[
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-nodes',
        '-subj',
        '/CN=localhost',
      ],
      ...['-keyout', join(tls, 'privkey.pem'), '-out', join(tls, 'fullchain.pem')],
    ],
    { stdio: 'ignore' },
  );
  const names = ['checkout', 'read'].flatMap((role) => [role, `${role}-1`, `${role}-2`]);
  writeFileSync(join(folder, 'hosts'), names.map((name) => `127.0.0.1 ${name}\n`).join(''));
  const script = `set -e
    mount --bind "$1/hosts" /etc/hosts
    mkdir -p /etc/cartwright && mount -t tmpfs tmpfs /etc/cartwright
    mkdir /etc/cartwright/nginx /etc/cartwright/tls
    mount --bind "$1/nginx" /etc/cartwright/nginx && mount --bind "$1/tls" /etc/cartwright/tls
    # /dev/stdout of this process may be a socket, which nobody can open.
    exec nginx -t -p "$1" -c /etc/cartwright/nginx/nginx.conf >/dev/null`;
  const { status, stderr } = spawnSync('unshare', ['--mount', 'sh', '-c', script, 'nginx', folder], {
    encoding: 'utf8',
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', AUTH_SECRET: secret },
  });
  return { status, stderr };
};

describe.skipIf(!isNginxAvailable)('The image of the gateway', () => {
  test.each([
    ['by itself', null],
    ['in the composition', 'deploy/compose'],
    ['in Kubernetes', 'deploy/kubernetes/overlays/production'],
  ])('nginx takes its files %s', (_, mounted) => {
    const { status, stderr } = checkGateway(mounted);
    expect([status, stderr]).toEqual([0, expect.stringContaining('test is successful')]);
  });

  test('An error in them is found', () => {
    const { status } = checkGateway(null, (conf) =>
      writeFileSync(join(conf, 'site/listen.conf'), 'listn 8443;'),
    );
    expect(status).not.toBe(0);
  });

  test('No file that the composition mounts is missing', () => {
    const mounted = [...text.matchAll(/- \.\/(compose\/\w+\.conf):/g)].map(([, path = '']) => path);
    expect(mounted.toSorted()).toEqual(
      readdirSync(join(top, 'deploy/compose'))
        .map((name) => `compose/${name}`)
        .toSorted(),
    );
  });
});
