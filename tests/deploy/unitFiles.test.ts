import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const readRoot = (path: string): string =>
  readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');
const read = (name: string): string => readRoot(`deploy/systemd/${name}`);

test.each(['cartwright@.service', 'cartwright-gateway.service'])(
  '%s is started again for as long as it takes',
  (unit) => {
    const [head = '', service = ''] = read(unit).split('[Service]');
    expect(service).toMatch(/^Restart=always$/m);
    // A full disk ends a start within a second, so systemd would give up after some seconds.
    expect(head).toMatch(/^StartLimitIntervalSec=0$/m);
  },
);

test('The journal drops no line of a busy shop', () => {
  expect(read('cartwright@.service')).toMatch(/^LogRateLimitIntervalSec=0$/m);
});

test('The log of the gateway is rotated where the guide and the unit say that it is, by the user that owns it', () => {
  const [unit, rotation] = [read('cartwright-gateway.service'), read('cartwright-gateway.logrotate')];
  const guide = readRoot('docs/operating/deploy.md');
  const folder = `/var/log/${/^LogsDirectory=(.+)$/m.exec(unit)?.[1]}`;
  expect(rotation).toMatch(new RegExp(`^${folder}/access\\.log \\{$`, 'm'));
  expect(guide).toContain(`access_log ${folder}/access.log `);
  expect(rotation).toContain(`su ${/^User=(.+)$/m.exec(unit)?.[1]} ${/^Group=(.+)$/m.exec(unit)?.[1]}\n`);
});
