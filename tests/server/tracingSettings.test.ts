import { expect, test } from 'bun:test';
import { readConfig } from '../../server/config.ts';

const read = (env: Readonly<Record<string, string>>) => readConfig(env);

test('Without any setting of OpenTelemetry, nothing is traced', () => {
  expect(read({})._unsafeUnwrap().tracing).toEqual({
    endpoint: null,
    headers: {},
    serviceName: null,
    resource: {},
    sampler: 'parentbased_always_on',
    samplerRatio: 1,
    disabled: false,
    queueMax: 2_048,
    batchMax: 512,
    delayMs: 5_000,
    exportTimeoutMs: 30_000,
  });
});

test('The settings of OpenTelemetry are read as its specification writes them', () => {
  const config = read({
    OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector.test:4318/otlp/',
    OTEL_EXPORTER_OTLP_HEADERS: 'api-key=a%20b%3D, other = c=d',
    OTEL_RESOURCE_ATTRIBUTES: 'service.namespace=shops,',
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '.01',
    OTEL_SDK_DISABLED: 'TRUE',
  })._unsafeUnwrap();
  expect(config.tracing).toMatchObject({
    endpoint: 'https://collector.test:4318/otlp/',
    headers: { 'api-key': 'a b=', other: 'c=d' },
    resource: { 'service.namespace': 'shops' },
    ...{ sampler: 'parentbased_traceidratio', samplerRatio: 0.01, disabled: true },
  });
});

test.each([
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'secret'],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'secret=a%0d%0ab'],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'secret=%zz'],
  ['OTEL_TRACES_SAMPLER', 'sometimes'],
  ['OTEL_TRACES_SAMPLER_ARG', '2'],
  ['OTEL_SDK_DISABLED', '1'],
  ['OTEL_BSP_MAX_QUEUE_SIZE', '0'],
])('A wrong %s stops the start, and a header is not repeated: %s', (name, text) => {
  const [error = '', ...others] = read({ [name]: text })._unsafeUnwrapErr();
  expect(others).toEqual([]);
  expect(error).toStartWith(name);
  expect(error.includes('secret') && !error.includes('api-key=secret')).toBe(false);
});
