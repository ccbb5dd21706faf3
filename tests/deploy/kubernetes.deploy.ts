import { beforeAll, describe, expect, test } from 'bun:test';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { YAML } from 'bun';
import { readConfig } from '../../server/config.ts';
import { createScratchFolder } from '../processes/cleanup.ts';
import { valueAt } from '../processes/client.ts';
import { secret } from '../processes/tokens.ts';
import { areToolsAvailable, runTool } from './tools.ts';

const manifests = fileURLToPath(new URL('../../deploy/kubernetes', import.meta.url));
const schemas = fileURLToPath(new URL('./schemas', import.meta.url));
const overlays = ['production', 'staging'];

/** A file of the manifests, and how a test changes it. */
type Edit = readonly [file: string, from: string, to: string];

/** What kustomize makes of an overlay, in a copy of the manifests with these changes. */
const build = (overlay: string, edits: readonly Edit[] = []): string => {
  const folder = join(createScratchFolder('manifests'), 'kubernetes');
  cpSync(manifests, folder, { recursive: true });
  for (const [file, from, to] of edits) {
    const text = readFileSync(join(folder, file), 'utf8');
    expect(text).toContain(from);
    writeFileSync(join(folder, file), text.replace(from, to));
  }
  const { code, stdout, output } = runTool('kustomize', ['build', join(folder, 'overlays', overlay)]);
  if (code !== 0) throw new Error(output);
  return stdout;
};

const check = (text: string) =>
  runTool(
    'kubeconform',
    ['-strict', '-summary', '-schema-location', `${schemas}/{{ .ResourceKind }}{{ .KindSuffix }}.json`, '-'],
    { input: text },
  );

const at = (value: unknown, ...path: readonly string[]): unknown => path.reduce(valueAt, value);
const listAt = (value: unknown, ...path: readonly string[]): readonly unknown[] => {
  const list = at(value, ...path);
  return Array.isArray(list) ? list : [];
};
const nameOf = (object: unknown): string => String(at(object, 'metadata', 'name'));
const podOf = (object: unknown): unknown => at(object, 'spec', 'template', 'spec');

describe.skipIf(!areToolsAvailable())('The manifests of Kubernetes', () => {
  let objects: readonly unknown[] = [];
  const ofKind = (...kinds: readonly string[]) =>
    objects.filter((object) => kinds.includes(String(at(object, 'kind'))));
  const settings = (): Readonly<Record<string, string>> =>
    Object(
      at(
        ofKind('ConfigMap').find((object) => nameOf(object).startsWith('settings-')),
        'data',
      ),
    );
  beforeAll(() => {
    objects = [YAML.parse(build('production'))].flat();
  });

  test.each(overlays)('Those of %s are valid', (overlay) => {
    const { code, output } = check(build(overlay));
    expect([code, output]).toEqual([
      0,
      expect.stringMatching(/Valid: 2\d, Invalid: 0, Errors: 0, Skipped: 0/),
    ]);
  });

  test.each<Edit>([
    ['base/shop.patch.yaml', 'readinessProbe:', 'readynessProbe:'],
    ['base/read.yaml', 'minReplicas: 2', 'minReplicas: two'],
    ['base/network.yaml', 'policyTypes: [Ingress, Egress]', 'policyTypes: Ingress'],
    ['base/migrate.yaml', 'backoffLimit: 2', 'backofLimit: 2'],
    ['base/gateway.yaml', 'kind: PodDisruptionBudget', 'kind: PodDisruptionBudgets'],
    ['base/gateway.yaml', 'externalTrafficPolicy: Local', 'externalTrafficPolicies: Local'],
    ['base/network.yaml', 'ports: [{ port: metrics }]', 'port: metrics'],
    ['base/shop.patch.yaml', 'prometheus.io/scrape: "true"', 'prometheus.io/scrape: true'],
    ['base/shop.patch.yaml', 'key: KAFKA_BROKERS, optional: true', 'key: KAFKA_BROKERS, optionally: true'],
    ['base/read.yaml', 'key: DATABASE_REPLICA_URL, optional', 'key: DATABASE_REPLICA_URL, optionally'],
    ['base/network.yaml', 'ports: [{ port: 5432 }, ', 'ports: [{ ports: 5432 }, '],
    ['components/queue-depth/worker.patch.yaml', 'metric: { name:', 'metric: { names:'],
    ['components/queue-depth/worker.patch.yaml', 'averageValue: "1000"', 'averageValue: [1000]'],
  ])('In %s, “%s” that became another word is found: %s', (file, from, to) => {
    expect(check(build('production', [[file, from, to]])).code).not.toBe(0);
  });

  test('There is a deployment for each role and the gateway, each with a budget and an autoscaler', () => {
    const names = ['checkout', 'gateway', 'read', 'worker'];
    for (const kind of ['Deployment', 'PodDisruptionBudget', 'HorizontalPodAutoscaler'])
      expect([kind, ofKind(kind).map(nameOf).toSorted()]).toEqual([kind, names]);
    expect(ofKind('Service').map(nameOf).toSorted()).toEqual(['checkout', 'gateway', 'read']);
    const roles = ofKind('Deployment').flatMap((object) =>
      listAt(podOf(object), 'containers').flatMap((container) => listAt(container, 'env')),
    );
    const ofRole = roles.filter((variable) => at(variable, 'name') === 'ROLE');
    expect(ofRole.map((variable) => String(at(variable, 'value'))).toSorted()).toEqual([
      'checkout',
      'read',
      'worker',
    ]);
  });

  test('What the workflow applies before the migration is all that the job needs', () => {
    const workflow = readFileSync(join(manifests, '../../.github/workflows/rollOut.yaml'), 'utf8');
    const [, list = ''] = /app\.kubernetes\.io\/component in \(([^)]+)\)/.exec(workflow) ?? [];
    const parts = list.split(', ');
    const applied = objects.filter((object) =>
      parts.includes(String(at(object, 'metadata', 'labels', 'app.kubernetes.io/component'))),
    );
    const kinds = applied.map((object) => String(at(object, 'kind')));
    expect([...new Set(kinds)].toSorted()).toEqual(['ConfigMap', 'Job', 'NetworkPolicy', 'ServiceAccount']);
    expect(kinds.filter((kind) => kind === 'NetworkPolicy')).toHaveLength(ofKind('NetworkPolicy').length);
  });

  test('A process may end in its own time before it is killed', () => {
    const { DRAIN_MS, SHUTDOWN_MS, PAYMENT_TIMEOUT_MS } = settings();
    for (const object of ofKind('Deployment')) {
      const pod = podOf(object);
      const graceMs = Number(at(pod, 'terminationGracePeriodSeconds')) * 1_000;
      const [container] = listAt(pod, 'containers');
      const preStopMs = Number(at(container, 'lifecycle', 'preStop', 'sleep', 'seconds')) * 1_000;
      expect(preStopMs).toBeGreaterThan(0);
      // The program takes 5 s more to close, and nginx lets streams go on for 60 s.
      const ownMs = nameOf(object) === 'gateway' ? 60_000 : Number(DRAIN_MS) + Number(SHUTDOWN_MS) + 5_000;
      expect([nameOf(object), graceMs > preStopMs + ownMs]).toEqual([nameOf(object), true]);
      expect(graceMs).toBeGreaterThan(preStopMs + Number(DRAIN_MS) + Number(PAYMENT_TIMEOUT_MS));
    }
    expect(Number(SHUTDOWN_MS)).toBeGreaterThan(Number(PAYMENT_TIMEOUT_MS));
  });

  test('No container is root, can become it, or writes to its own files, and all have probes', () => {
    for (const object of ofKind('Deployment', 'Job')) {
      const pod = podOf(object);
      expect(at(pod, 'securityContext')).toMatchObject({ runAsNonRoot: true, runAsUser: 65_532 });
      expect(at(pod, 'automountServiceAccountToken')).toBe(false);
      const containers = listAt(pod, 'containers');
      expect(containers).toHaveLength(1);
      for (const container of containers) {
        expect(at(container, 'securityContext')).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        expect(at(container, 'resources', 'limits', 'memory')).toBeString();
        if (at(object, 'kind') === 'Job') continue;
        expect(at(container, 'readinessProbe', 'httpGet')).toBeDefined();
        expect(at(container, 'livenessProbe', 'httpGet')).toBeDefined();
      }
    }
  });

  test('The settings are those of the program, and start a shop with what the secret adds', () => {
    const secrets = {
      DATABASE_URL: 'postgres://shop@db/shop?sslmode=verify-full',
      AUTH_SECRET: `${secret}Z8rW1vQm4Kx0`,
      STRIPE_API_KEY: 'sk_test_1',
      STRIPE_WEBHOOK_SECRET: 'whsec_1',
    };
    for (const ROLE of ['checkout', 'read', 'worker'])
      expect(readConfig({ ...settings(), ...secrets, ROLE }).isOk()).toBe(true);
  });

  test('No secret stands in the manifests, and only the migration gets the user that changes the schema', () => {
    expect(ofKind('Secret')).toEqual([]);
    const text = JSON.stringify(objects);
    expect(text).not.toMatch(/postgres:\/\/|sk_live|whsec_/);
    const users = objects.filter((object) => JSON.stringify(object).includes('"cartwright-migration"'));
    expect(users.map(nameOf)).toEqual(['migrate']);
  });

  test('Each process of the shop gets what the secret of Kafka has, which need not be there', () => {
    const names = [
      ...['BROKERS', 'TOPIC', 'SECURITY_PROTOCOL', 'SASL_MECHANISM', 'SASL_USERNAME', 'SASL_PASSWORD'],
      ...['SSL_CA', 'SSL_CERTIFICATE', 'SSL_KEY'],
    ].map((name) => `KAFKA_${name}`);
    for (const object of ofKind('Deployment').filter((each) => nameOf(each) !== 'gateway')) {
      const [container] = listAt(podOf(object), 'containers');
      const references = listAt(container, 'env').filter((one) =>
        String(at(one, 'name')).startsWith('KAFKA_'),
      );
      expect(references).toEqual(
        names.map((name) => ({
          name,
          valueFrom: { secretKeyRef: { name: 'cartwright-kafka', key: name, optional: true } },
        })),
      );
      const volume = listAt(podOf(object), 'volumes').find((each) => at(each, 'name') === 'kafka');
      expect(at(volume, 'secret', 'optional')).toBe(true);
    }
  });

  test('A process that reads gets the replica of a secret that need not be there, and no other process does', () => {
    const references = ofKind('Deployment', 'Job').flatMap((object) => {
      const [container] = listAt(podOf(object), 'containers');
      return listAt(container, 'env')
        .filter((one) => at(one, 'valueFrom', 'secretKeyRef', 'name') === 'cartwright-replica')
        .map((one) => [nameOf(object), at(one, 'name'), at(one, 'valueFrom', 'secretKeyRef')]);
    });
    const reference = (key: string) => ['read', key, { name: 'cartwright-replica', key, optional: true }];
    expect(references).toEqual([reference('DATABASE_REPLICA_URL'), reference('DATABASE_URL')]);
    const [container] = listAt(
      podOf(ofKind('Deployment').find((object) => nameOf(object) === 'read')),
      'containers',
    );
    // What stands in `env` wins over the secret of all processes.
    expect(listAt(container, 'envFrom')).toContainEqual({ secretRef: { name: 'cartwright' } });
  });

  test('Prometheus finds each process of the shop at its METRICS_PORT, and may ask it', () => {
    const port = settings().METRICS_PORT;
    const found = ofKind('Deployment').filter((object) => {
      const metadata = at(object, 'spec', 'template', 'metadata');
      const [container] = listAt(podOf(object), 'containers');
      const ports = listAt(container, 'ports').filter((each) => at(each, 'name') === 'metrics');
      const isScraped = at(metadata, 'annotations', 'prometheus.io/port') === port;
      return isScraped && ports.some((each) => String(at(each, 'containerPort')) === port);
    });
    expect(found.map(nameOf).toSorted()).toEqual(['checkout', 'read', 'worker']);
    expect(policy('metrics')).toEqual({
      podSelector: at(policy('traces'), 'podSelector'),
      policyTypes: ['Ingress'],
      ingress: [{ from: [monitoring], ports: [{ port: 'metrics' }] }],
    });
  });

  const policy = (name: string): unknown =>
    at(
      ofKind('NetworkPolicy').find((object) => nameOf(object) === name),
      'spec',
    );
  const monitoring = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } };
  const portsOf = (name: string) =>
    listAt(policy(name), 'egress').flatMap((rule) => listAt(rule, 'ports').map((each) => at(each, 'port')));

  test('A process reaches the database, the collector and Kafka, and Splunk only where an overlay says so', () => {
    expect(listAt(policy('traces'), 'egress')).toEqual([{ to: [monitoring], ports: [{ port: 4_318 }] }]);
    expect(portsOf('events')).toEqual([9_092, 9_093]);
    const database = {
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'database' } },
    };
    expect(listAt(policy('database'), 'egress')).toEqual([
      { to: [database], ports: [{ port: 5_432 }, { port: 6_432 }] },
    ]);
    expect(JSON.stringify(objects)).not.toContain('8088');
    const components: Edit = [
      'overlays/production/kustomization.yaml',
      'components: [../../components/queue-depth]',
      'components: [../../components/queue-depth, ../../components/splunk]',
    ];
    const text = build('production', [components]);
    expect(check(text).output).toContain('Valid: 29, Invalid: 0');
    expect(text).toContain('port: 8088');
    expect(check(text.replace('- port: 8088', '- ports: 8088')).code).not.toBe(0);
  });

  test('The autoscaler of the workers asks for the number that the adapter makes of a recording rule', () => {
    const metrics = listAt(
      ofKind('HorizontalPodAutoscaler').find((object) => nameOf(object) === 'worker'),
      ...['spec', 'metrics'],
    );
    expect(metrics.map((metric) => at(metric, 'type'))).toEqual(['Resource', 'External']);
    const read = (path: string) => YAML.parse(readFileSync(join(manifests, '..', path), 'utf8'));
    const [rule, ...others] = listAt(read('prometheus/adapter.yaml'), 'externalRules');
    expect(others).toEqual([]);
    expect(at(metrics[1], 'external', 'metric', 'name')).toBe(at(rule, 'name', 'as'));
    const recorded = listAt(read('prometheus/rules/recording.yml'), 'groups').flatMap((group) =>
      listAt(group, 'rules').map((each) => `{__name__="${at(each, 'record')}"}`),
    );
    expect(recorded).toContain(String(at(rule, 'seriesQuery')));
  });

  test('All that is not named is refused by the network', () => {
    const deny = ofKind('NetworkPolicy').find((object) => nameOf(object) === 'default-deny');
    expect(at(deny, 'spec')).toEqual({
      podSelector: {},
      policyTypes: ['Ingress', 'Egress'],
    });
  });
});
