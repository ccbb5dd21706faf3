import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readConfig } from '../../server/config.ts';
import { settings } from '../../server/settings.ts';
import { secret } from '../processes/tokens.ts';

const deploy = fileURLToPath(new URL('../../deploy', import.meta.url));
const lines = readFileSync(`${deploy}/systemd/shop.env`, 'utf8').split('\n');

const pairsOf = (pattern: RegExp): readonly (readonly [name: string, value: string])[] =>
  lines.flatMap((line) => {
    const [, name = '', value = ''] = pattern.exec(line) ?? [];
    return name === '' ? [] : [[name, value] as const];
  });
const on = pairsOf(/^([A-Z_]+)=(.*)$/);
const off = pairsOf(/^#([A-Z_]+)=(.*)$/);

/** What the sample leaves to whoever copies it. */
const secrets = {
  AUTH_SECRET: `${secret}Z8rW1vQm4Kx0`,
  STRIPE_API_KEY: 'sk_test_1',
  STRIPE_WEBHOOK_SECRET: 'whsec_1',
  STRIPE_PUBLISHABLE_KEY: 'pk_test_1',
};

describe('The sample of the settings', () => {
  test('With its secrets written, it starts a shop', () => {
    const unit = { NODE_ENV: 'production', HOST: '127.0.0.1', DATABASE_URL: 'sqlite:/tmp/shop.db' };
    const config = readConfig({ ...unit, ...Object.fromEntries(on), ...secrets });
    expect(config.isErr() ? config.error : []).toEqual([]);
  });

  test('As it is, it starts nothing: each secret that is still to be written is refused', () => {
    const unit = { NODE_ENV: 'production', HOST: '127.0.0.1', DATABASE_URL: 'sqlite:/tmp/shop.db' };
    const config = readConfig({ ...unit, ...Object.fromEntries(on) });
    const errors = config.isErr() ? config.error : [];
    expect(errors.map((line) => line.split(' ')[0]).toSorted()).toEqual(Object.keys(secrets).toSorted());
  });

  test('It names each setting that the guide says a real shop needs', () => {
    const guide = readFileSync(`${deploy}/../docs/operating/run.md`, 'utf8');
    const [, table = ''] = /## Settings that matter\n([\s\S]*?)\n## /.exec(guide) ?? [];
    const named = [...table.matchAll(/`([A-Z_]+)[`=]/g)].map(([, name = '']) => name);
    // The unit has the first one. The others are in place of the secret.
    const elsewhere = ['NODE_ENV', 'AUTH_JWKS_URL', 'AUTH_ISSUER', 'AUTH_AUDIENCE'];
    const inSample = [...on, ...off].map(([name]) => name);
    expect(named).toContain('METRICS_PORT');
    expect(named.filter((name) => !inSample.includes(name) && !elsewhere.includes(name))).toEqual([]);
  });

  test('PostgreSQL with a replica, metrics, traces and the log in Splunk can be turned on with it', () => {
    const others = off.filter(([name]) => !name.startsWith('KAFKA_'));
    const unit = { NODE_ENV: 'production', HOST: '127.0.0.1' };
    const config = readConfig({ ...unit, ...Object.fromEntries([...on, ...others]), ...secrets });
    expect(config.isErr() ? config.error : []).toEqual([]);
    const known = settings.map(({ name }) => name);
    const standard = (name: string) => name.startsWith('OTEL_');
    expect(others.map(([name]) => name).filter((name) => !known.includes(name) && !standard(name))).toEqual(
      [],
    );
  });

  test('The settings of Kafka are those that the manifests of Kubernetes take from its secret', () => {
    const patch = readFileSync(`${deploy}/kubernetes/base/shop.patch.yaml`, 'utf8');
    const inManifests = [...patch.matchAll(/- name: (KAFKA_\w+)/g)].map(([, name = '']) => name);
    const ofKafka = off.map(([name]) => name).filter((name) => name.startsWith('KAFKA_'));
    expect(ofKafka).toEqual(inManifests);
    expect(ofKafka.length).toBeGreaterThan(0);
  });
});
