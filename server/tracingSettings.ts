import { err, ok } from 'neverthrow';
import { type Kinds, showScheme } from './settingKinds.ts';

const samplers = [
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
  'always_on',
  'always_off',
  'traceidratio',
] as const;

/** The settings of OpenTelemetry, with its own names and defaults. Its exporter reads a few more by itself. */
export const tracingSettings = ({ address, oneOf, setting, whole }: Kinds) => ({
  endpoint: address(
    {
      name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
      doc: 'A collector of OpenTelemetry, such as `http://localhost:4318`: traces are sent to `/v1/traces` there ([how](docs/operating/watch.md#traces)). If it is not set, nothing is traced.',
      show: showScheme,
    },
    ['https', 'http'],
    'http://localhost:4318',
  ),
  headers: setting<Readonly<Record<string, string>>>({
    name: 'OTEL_EXPORTER_OTLP_HEADERS',
    fallback: {},
    shownFallback: '',
    doc: 'Headers for the collector, as `name=value` with commas between them; values are percent-encoded.',
    read: (text) => readPairs(text, 'api-key=secret,other=value'),
    show: () => 'has the wrong form',
  }),
  serviceName: setting<string | null>({
    name: 'OTEL_SERVICE_NAME',
    fallback: null,
    shownFallback: 'cartwright',
    doc: 'The name of the service in traces. It wins over `service.name` in `OTEL_RESOURCE_ATTRIBUTES`.',
    read: ok,
  }),
  resource: setting<Readonly<Record<string, string>>>({
    name: 'OTEL_RESOURCE_ATTRIBUTES',
    fallback: {},
    shownFallback: '',
    doc: 'Attributes of this process in traces, written as the headers are, such as `deployment.environment.name=staging`.',
    read: (text) => readPairs(text, 'deployment.environment.name=staging'),
  }),
  sampler: oneOf(
    'OTEL_TRACES_SAMPLER',
    'parentbased_always_on',
    samplers,
    'Which traces are kept: `always_on`, `always_off`, `traceidratio`, or one of these after `parentbased_`, which decides only where no caller has.',
  ),
  samplerRatio: setting<number>({
    name: 'OTEL_TRACES_SAMPLER_ARG',
    fallback: 1,
    doc: 'The part of the traces that a sampler of the kind `traceidratio` keeps, such as `0.01`.',
    read: (text) => {
      const ratio = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN;
      return ratio >= 0 && ratio <= 1 ? ok(ratio) : err('write a number from 0 to 1, such as 0.01');
    },
  }),
  disabled: setting<boolean>({
    name: 'OTEL_SDK_DISABLED',
    fallback: false,
    doc: '`true` turns tracing off.',
    read: (text) =>
      /^(true|false)$/i.test(text) ? ok(text.toLowerCase() === 'true') : err('write true or false'),
  }),
  queueMax: whole(
    'OTEL_BSP_MAX_QUEUE_SIZE',
    2_048,
    1,
    65_536,
    'The most spans that wait to be sent. More are dropped, and the log says how many.',
  ),
  batchMax: whole('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', 512, 1, 65_536, 'The most spans that are sent at once.'),
  delayMs: whole('OTEL_BSP_SCHEDULE_DELAY', 5_000, 1, 600_000, 'How long spans wait for others, in ms.'),
  exportTimeoutMs: whole(
    'OTEL_BSP_EXPORT_TIMEOUT',
    30_000,
    1,
    600_000,
    'How long sending spans may take, in ms. Until then, others wait.',
  ),
});

/** The pairs of a list such as `a=1,b=2`, as the specification of OpenTelemetry takes them from W3C Baggage. */
const readPairs = (text: string, example: string) => {
  const pairs: [string, string][] = [];
  for (const part of text.split(',').filter((each) => each.trim() !== '')) {
    const at = part.indexOf('=');
    const name = part.slice(0, Math.max(0, at)).trim();
    const value = decode(part.slice(at + 1).trim());
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || value === null)
      return err(`write names and values like ${example}`);
    pairs.push([name, value]);
  }
  return ok(Object.fromEntries(pairs));
};

/** Null for a value that is not percent-encoded, or has a line break, which no header can have. */
const decode = (text: string): string | null => {
  try {
    const value = decodeURIComponent(text);
    return /[\r\n\0]/.test(value) ? null : value;
  } catch {
    return null;
  }
};
