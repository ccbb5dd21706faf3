import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * `bun tests/deploy/kubernetesSchemas.ts`: writes a strict JSON Schema for each kind of object in deploy/kubernetes, from the
 * API document of Kubernetes. A kind without a file makes the check of the manifests fail: add it below, and run this.
 */

const version = 'v1.34.1';

const kinds: Readonly<Record<string, string>> = {
  'configmap-v1': 'io.k8s.api.core.v1.ConfigMap',
  'deployment-apps-v1': 'io.k8s.api.apps.v1.Deployment',
  'horizontalpodautoscaler-autoscaling-v2': 'io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler',
  'job-batch-v1': 'io.k8s.api.batch.v1.Job',
  'networkpolicy-networking-v1': 'io.k8s.api.networking.v1.NetworkPolicy',
  'poddisruptionbudget-policy-v1': 'io.k8s.api.policy.v1.PodDisruptionBudget',
  'service-v1': 'io.k8s.api.core.v1.Service',
  'serviceaccount-v1': 'io.k8s.api.core.v1.ServiceAccount',
};

type Schema = { readonly [key: string]: unknown };

/** Without descriptions and marks of Kubernetes, and with no field that the API does not know. */
const makeStrict = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(makeStrict);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(([key, inner]) => !key.startsWith('x-') && !(key === 'description' && typeof inner === 'string'))
    .map(([key, inner]) => [key, makeStrict(inner)] as const);
  const isClosed = 'properties' in value && !('additionalProperties' in value);
  return Object.fromEntries([...entries, ...(isClosed ? [['additionalProperties', false] as const] : [])]);
};

/** What Kubernetes takes as a number or a text, its document calls a text. */
const numberOrText = { oneOf: [{ type: 'string' }, { type: 'number' }] };
const exceptions: Readonly<Record<string, Schema>> = {
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': numberOrText,
  'io.k8s.apimachinery.pkg.api.resource.Quantity': numberOrText,
};

const collect = (name: string, all: Readonly<Record<string, Schema>>, found: Map<string, unknown>): void => {
  if (found.has(name)) return;
  const definition = exceptions[name] ?? makeStrict(all[name]);
  found.set(name, definition);
  for (const [, inner = ''] of JSON.stringify(definition).matchAll(/"#\/definitions\/([\w.]+)"/g))
    collect(inner, all, found);
};

const { Dir: folder } = JSON.parse(
  execFileSync('go', ['mod', 'download', '-json', `k8s.io/kubernetes@${version}`], { encoding: 'utf8' }),
);
const { definitions } = JSON.parse(readFileSync(join(folder, 'api/openapi-spec/swagger.json'), 'utf8'));
for (const [file, name] of Object.entries(kinds)) {
  const found = new Map<string, unknown>();
  collect(name, definitions, found);
  const schema = { $ref: `#/definitions/${name}`, definitions: Object.fromEntries([...found].toSorted()) };
  const path = fileURLToPath(new URL(`./schemas/${file}.json`, import.meta.url));
  writeFileSync(path, `${JSON.stringify(schema)}\n`);
}
