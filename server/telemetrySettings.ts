import { err, ok } from 'neverthrow';
import { type Kinds, showScheme } from './settingKinds.ts';

export const telemetrySettings = ({ setting, secret }: Kinds) => ({
  /** Null: only the port of the API has the metrics. */
  metricsPort: setting<number | null>({
    name: 'METRICS_PORT',
    fallback: null,
    doc: 'A port with the metrics of the process for Prometheus, in every role and without a token ([more](docs/operating/watch.md#metrics)). Keep it from the outside. If it is not set, `GET /metrics` of the API has them, with `queue:read`.',
    read: (text) => {
      const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
      return port <= 65_535 ? ok(port) : err('write a whole number from 0 to 65535');
    },
  }),
  splunk: {
    url: setting<string | null>({
      name: 'SPLUNK_HEC_URL',
      fallback: null,
      doc: 'The HTTP Event Collector of Splunk that gets the log lines too ([more](docs/operating/watch.md#logs-in-splunk)), such as `https://splunk.example.com:8088`. In production it must be `https`, or this machine.',
      read: (text) => {
        const { protocol = '', hostname, username, password } = URL.parse(text) ?? {};
        return /^https?:$/.test(protocol) && hostname && !username && !password
          ? ok(text)
          : err('write a URL like https://splunk.example.com:8088, without a user or password');
      },
      show: showScheme,
    }),
    token: secret(
      'SPLUNK_HEC_TOKEN',
      'The token of that collector.',
      /^[!-~]{8,200}$/,
      'write the token as Splunk shows it, such as 8f6a1c2e-9d3b-4f60-a7e5-0b1c2d3e4f50',
    ),
  },
});

/** Settings that need one another, or cannot be together. */
export const findTelemetryConflicts = (
  env: Readonly<Record<string, string | undefined>>,
): readonly string[] => {
  const has = (name: string) => (env[name] ?? '') !== '';
  const pair = ['SPLUNK_HEC_URL', 'SPLUNK_HEC_TOKEN'];
  const missing = pair.filter((name) => !has(name));
  const [port, metricsPort] = [Number(env.PORT || 3_000), Number(env.METRICS_PORT)];
  return [
    ...(missing.length === 1
      ? [`${missing[0]} is not set, but ${pair.find(has)} is: Splunk needs both`]
      : []),
    ...(has('METRICS_PORT') && metricsPort === port && port !== 0
      ? [`METRICS_PORT is ${port}, and so is PORT: set it to another port`]
      : []),
  ];
};
