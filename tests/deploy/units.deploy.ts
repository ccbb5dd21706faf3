import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createScratchFolder, killOnExit } from '../processes/cleanup.ts';
import { addProduct, createClient, expectStatus, placeOrder, waitForStatus } from '../processes/client.ts';
import { freePort } from '../processes/server.ts';
import { secret, tokenFor } from '../processes/tokens.ts';
import { areNamespacesAvailable, assembleImage, type Image } from './container.ts';

const folder = fileURLToPath(new URL('../../deploy/systemd', import.meta.url));
const units = readdirSync(folder).filter((name) => name.endsWith('.service'));
const isSystemdAvailable = spawnSync('systemd-analyze', ['--version']).status === 0;
if (!isSystemdAvailable && process.env.REQUIRE_DEPLOY_TOOLS === '1')
  throw new Error('REQUIRE_DEPLOY_TOOLS is set, and there is no systemd-analyze');

const isStraceAvailable = spawnSync('strace', ['--version']).status === 0;
if (!isStraceAvailable && process.env.REQUIRE_DEPLOY_TOOLS === '1')
  throw new Error('REQUIRE_DEPLOY_TOOLS is set, and there is no strace');

const childOf = (pid: number): number =>
  Number(spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' }).stdout.trim());

/** The system calls of a filter such as `@system-service`, which is made of other groups and of calls. */
const callsOf = (filter = ''): readonly string[] =>
  filter.split(' ').flatMap((word) => {
    if (!word.startsWith('@')) return [word];
    const { stdout } = spawnSync('systemd-analyze', ['syscall-filter', word], { encoding: 'utf8' });
    const words = stdout
      .split('\n')
      .slice(1)
      .map((line) => line.trim());
    return words.filter((line) => /^[@\w-]+$/.test(line)).flatMap(callsOf);
  });

/** A user of this machine who is nobody else. */
const plainUser = 65_531;

/** The values of a key of a unit, in their order. */
const valuesOf = (unit: string, key: string): readonly string[] =>
  [...readFileSync(join(folder, unit), 'utf8').matchAll(new RegExp(`^${key}=(.+)$`, 'gm'))].map(
    ([, value = '']) => value,
  );

/** The units in a folder of their own, with one of them changed. The programs that they name are there. */
const copyUnits = (edit: readonly [unit: string, from: string, to: string] | null = null): string => {
  const copy = join(createScratchFolder('units'), 'units');
  cpSync(folder, copy, { recursive: true });
  for (const unit of units) {
    const text = readFileSync(join(copy, unit), 'utf8');
    // What is not installed here is no fault of the unit.
    const installed = text.replace(/\/usr\/(?:local\/bin\/(?:bun|litestream)|sbin\/nginx)/g, '/bin/true');
    const edited = edit?.[0] === unit ? installed.replace(edit[1], edit[2]) : installed;
    if (edit?.[0] === unit) expect(edited).not.toBe(installed);
    writeFileSync(join(copy, unit), edited);
  }
  return copy;
};

const analyze = (args: readonly string[], cwd: string) => {
  const { status, stdout, stderr } = spawnSync('systemd-analyze', args, { cwd, encoding: 'utf8' });
  return { status, output: `${stdout}${stderr}` };
};

/** What `verify` says of the units in a folder. Of other units of this machine it may complain as it likes. */
const verify = (copy: string, unit: string): string =>
  analyze(['verify', '--man=no', `./${unit}`], copy)
    .output.split('\n')
    .filter((line) => line.includes('cartwright'))
    .join('\n');

describe.skipIf(!isSystemdAvailable)('The units of systemd', () => {
  test.each(units)('%s is valid', (unit) => {
    expect(verify(copyUnits(), unit)).toBe('');
  });

  test('A word that systemd does not know is found', () => {
    const copy = copyUnits(['cartwright@.service', 'TimeoutStopSec=', 'TimeoutStopSecs=']);
    expect(verify(copy, 'cartwright@.service')).toContain('TimeoutStopSecs');
  });

  test.each(units)('%s leaves a process little that it could do to the system', (unit) => {
    const { status, output } = analyze(
      ['security', '--offline=yes', '--threshold=20', `./${unit}`],
      copyUnits(),
    );
    expect([status, output]).toEqual([0, expect.stringContaining('OK')]);
  });

  test('A unit that keeps the rights of root is found', () => {
    const copy = copyUnits(['cartwright@.service', 'CapabilityBoundingSet=\n', '']);
    const { status } = analyze(
      ['security', '--offline=yes', '--threshold=20', './cartwright@.service'],
      copy,
    );
    expect(status).not.toBe(0);
  });

  test('A process may end in its own time before it is killed', () => {
    const [seconds = ''] = valuesOf('cartwright@.service', 'TimeoutStopSec');
    // DRAIN_MS and SHUTDOWN_MS as they are by default, and 5 s to close.
    expect(Number(seconds)).toBeGreaterThan(5 + 10 + 5);
  });
});

const isNginxAvailable = spawnSync('sh', ['-c', 'PATH=$PATH:/usr/sbin command -v nginx']).status === 0;

describe.skipIf(!areNamespacesAvailable() || !isNginxAvailable)('The command line of the gateway', () => {
  test('A plain user with the right to listen below 1024 starts it and ends it gracefully', async () => {
    const unit = 'cartwright-gateway.service';
    const top = fileURLToPath(new URL('../..', import.meta.url));
    const root = createScratchFolder('gateway');
    cpSync(join(top, 'deploy/nginx'), join(root, 'nginx'), { recursive: true });
    // As the guide says.
    writeFileSync(
      join(root, 'nginx/site/log.conf'),
      'access_log /var/log/cartwright-gateway/access.log requests buffer=64k flush=1s;',
    );
    for (const role of ['checkout', 'read'])
      writeFileSync(join(root, `nginx/site/${role}.conf`), 'server 127.0.0.1:3000;');
    for (const name of ['tls', 'run', 'log']) mkdirSync(join(root, name));
    const certificate = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost';
    const files = ['-keyout', join(root, 'tls/privkey.pem'), '-out', join(root, 'tls/fullchain.pem')];
    expect(spawnSync('openssl', [...certificate.split(' '), ...files]).status).toBe(0);
    chmodSync(join(root, 'tls/privkey.pem'), 0o644);
    for (const name of ['run', 'log']) chownSync(join(root, name), plainUser, plainUser);
    chmodSync(root, 0o755);

    const [check = ''] = valuesOf(unit, 'ExecStartPre');
    const [start = ''] = valuesOf(unit, 'ExecStart');
    // A network of its own, so that nobody else has the ports.
    const script = `set -e
      mount -t tmpfs tmpfs /run && mkdir /run/cartwright-gateway && mount --bind "$1/run" /run/cartwright-gateway
      mount -t tmpfs tmpfs /var/log && mkdir /var/log/cartwright-gateway && mount --bind "$1/log" /var/log/cartwright-gateway
      mkdir -p /etc/cartwright && mount -t tmpfs tmpfs /etc/cartwright && mkdir /etc/cartwright/nginx /etc/cartwright/tls
      mount --bind "$1/nginx" /etc/cartwright/nginx && mount --bind "$1/tls" /etc/cartwright/tls
      as_plain_user="setpriv --reuid=${plainUser} --regid=${plainUser} --clear-groups --no-new-privs
        --bounding-set=-all,+net_bind_service --inh-caps=-all,+net_bind_service --ambient-caps=-all,+net_bind_service"
      $as_plain_user mkdir /run/cartwright-gateway/run
      $as_plain_user ${check}
      $as_plain_user ${start} &
      until [ -s /run/cartwright-gateway/run/nginx.pid ]; do kill -0 $! || exit 9; sleep 0.05; done
      kill -QUIT $!
      wait $!`;
    const child = spawn('unshare', ['--mount', '--net', 'sh', '-c', script, 'unit', root], {
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', AUTH_SECRET: secret },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    killOnExit(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        output += chunk;
      });
    const [code] = await once(child, 'close');
    expect([code, output]).toEqual([0, expect.not.stringContaining('emerg')]);
    expect(existsSync(join(root, 'log/access.log'))).toBe(true);
  });
});

describe.skipIf(!areNamespacesAvailable())('The command lines of the units', () => {
  let image: Image;
  const data = join(createScratchFolder('units'), 'state');
  beforeAll(() => {
    image = assembleImage();
    mkdirSync(data);
    chownSync(data, plainUser, plainUser);
  });
  const ended: (() => void)[] = [];
  afterAll(() => {
    for (const end of ended) end();
  });

  /**
   * Runs what a unit says, with its environment, as a plain user, where the files are in the places that it names. The
   * kernel forgets `--kill-child` of `unshare` when the user changes, so `setpriv` asks for the same.
   */
  const run = (unit: string, settings: Readonly<Record<string, string>>, tracer = '') => {
    const environment = valuesOf(unit, 'Environment').flatMap((line) => line.split(' '));
    const [command = ''] = valuesOf(unit, 'ExecStart');
    const [cwd = '/'] = valuesOf(unit, 'WorkingDirectory');
    const script = `set -e
      mount -t tmpfs tmpfs /opt && mkdir /opt/cartwright && mount --bind "$1/app" /opt/cartwright
      mount -t tmpfs tmpfs /usr/local/bin && touch /usr/local/bin/bun && mount --bind "$1/usr/local/bin/bun" /usr/local/bin/bun
      mount -t tmpfs tmpfs /var/lib && mkdir /var/lib/cartwright && mount --bind "$2" /var/lib/cartwright
      mount -o remount,bind,ro /opt/cartwright
      mount -t proc -o subset=pid,hidepid=invisible proc /proc
      cd "$3"
      exec setpriv --reuid=${plainUser} --regid=${plainUser} --clear-groups --no-new-privs --bounding-set=-all \
        --pdeathsig=KILL $5 $4`;
    const child = spawn(
      'unshare',
      ['--mount', '--pid', '--fork', 'sh', '-c', script, 'unit', image.root, data, cwd, command, tracer],
      {
        env: {
          PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
          ...Object.fromEntries(environment.map((pair) => pair.split(/=(.*)/s).slice(0, 2))),
          ...settings,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    killOnExit(child);
    ended.push(() => child.kill('SIGKILL'));
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        output += chunk;
      });
    return {
      pid: child.pid ?? 0,
      output: () => output,
      stopped: once(child, 'close').then(([code]): number | null => code),
    };
  };

  const waitUntilReady = async (url: string, output: () => string): Promise<void> => {
    const untilMs = Date.now() + 120_000;
    const isReady = async () => {
      try {
        return (await fetch(`${url}/health/ready`)).ok;
      } catch {
        return false;
      }
    };
    while (!(await isReady())) {
      if (Date.now() > untilMs) throw new Error(`the shop does not answer: ${output()}`);
      await Bun.sleep(25);
    }
  };

  test('A plain user migrates, and then serves, with no more than the units give', async () => {
    const settings = { AUTH_SECRET: secret };
    const migration = run('cartwright-migrate.service', settings);
    expect([await migration.stopped, migration.output()]).toEqual([
      0,
      'The database sqlite:/var/lib/cartwright/shop.db is up to date.\n',
    ]);
    expect(existsSync(join(data, 'shop.db'))).toBe(true);

    const port = await freePort();
    const shop = run('cartwright@.service', { ...settings, PORT: String(port) });
    await waitUntilReady(`http://127.0.0.1:${port}`, shop.output);
    expect((await fetch(`http://127.0.0.1:${port}/shop`)).status).toBe(200);
  });

  test.skipIf(!isStraceAvailable)(
    'A shop that completes an order makes no call that its unit refuses',
    async () => {
      const port = await freePort();
      const url = `http://127.0.0.1:${port}`;
      const settings = { AUTH_SECRET: secret, PORT: String(port), DRAIN_MS: '0' };
      const shop = run('cartwright@.service', settings, 'strace -f -c -o /var/lib/cartwright/calls');
      await waitUntilReady(url, shop.output);
      const productId = await addProduct(createClient(url, await tokenFor('op@shop.test', 'operator')), {
        code: 'calls',
      });
      const customer = createClient(url, await tokenFor('an@shop.test'));
      const orderId = await placeOrder(customer, productId);
      expectStatus(await customer.checkOut(crypto.randomUUID(), [orderId], 'pm_card_visa'), 202);
      await waitForStatus(customer, orderId, 'completed');
      process.kill(childOf(childOf(shop.pid)), 'SIGTERM');
      expect(await shop.stopped).toBe(0);

      const calls = [...readFileSync(join(data, 'calls'), 'utf8').matchAll(/ (\w+)$/gm)].map(
        ([, name = '']) => name,
      );
      const made = calls.filter((name) => !['syscall', 'total'].includes(name));
      expect(made).toContain('openat');
      const filters = valuesOf('cartwright@.service', 'SystemCallFilter');
      const allowed = new Set(callsOf(filters.find((text) => !text.startsWith('~'))));
      const refused = new Set(callsOf(filters.find((text) => text.startsWith('~'))?.slice(1)));
      expect(made.filter((name) => !allowed.has(name) || refused.has(name))).toEqual([]);
      // A filter that is too narrow is found.
      const network = new Set(callsOf('@network-io'));
      expect(made.filter((name) => network.has(name))).not.toEqual([]);
    },
  );
});
