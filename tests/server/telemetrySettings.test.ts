import { expect, test } from 'bun:test';
import { readConfig } from '../../server/config.ts';

type Env = Readonly<Record<string, string>>;

const secret = 'Z8rW1vQm4Kx0Tn6Yb3Jc7Fh2Lp9Sd5Ga';
const configOf = (env: Env) => readConfig(env)._unsafeUnwrap();
const errorsOf = (env: Env) => readConfig(env)._unsafeUnwrapErr();

test('A port for metrics, and the collector of Splunk with its token, are read', () => {
  const config = configOf({
    METRICS_PORT: '9464',
    SPLUNK_HEC_URL: 'https://splunk.example.com:8088',
    SPLUNK_HEC_TOKEN: 'a-token-of-splunk',
  });
  expect(config.metricsPort).toBe(9_464);
  expect(config.splunk).toEqual({ url: 'https://splunk.example.com:8088', token: 'a-token-of-splunk' });
});

test('Telemetry that cannot work is refused by name, and no line has the token', () => {
  const url = 'https://splunk.example.com:8088';
  const token = 'a-token-of-splunk';
  for (const [env, error] of [
    [{ METRICS_PORT: '3000' }, 'METRICS_PORT is 3000, and so is PORT: set it to another port'],
    [{ METRICS_PORT: '70000' }, 'METRICS_PORT is "70000": write a whole number from 0 to 65535'],
    [{ SPLUNK_HEC_URL: url }, 'SPLUNK_HEC_TOKEN is not set, but SPLUNK_HEC_URL is: Splunk needs both'],
    [{ SPLUNK_HEC_TOKEN: token }, 'SPLUNK_HEC_URL is not set, but SPLUNK_HEC_TOKEN is: Splunk needs both'],
    [
      { SPLUNK_HEC_URL: 'https://user:pw@splunk.example.com', SPLUNK_HEC_TOKEN: token },
      'SPLUNK_HEC_URL begins with "https:": write a URL like https://splunk.example.com:8088, without a user or password',
    ],
    [
      { SPLUNK_HEC_URL: url, SPLUNK_HEC_TOKEN: 'two words' },
      'SPLUNK_HEC_TOKEN has the wrong form: write the token as Splunk shows it, such as 8f6a1c2e-9d3b-4f60-a7e5-0b1c2d3e4f50',
    ],
    [
      {
        NODE_ENV: 'production',
        AUTH_SECRET: secret,
        SPLUNK_HEC_URL: 'http://splunk.example.com:8088',
        SPLUNK_HEC_TOKEN: token,
      },
      'SPLUNK_HEC_URL begins with "http:", but NODE_ENV=production needs https: its token and the log lines would be sent as clear text',
    ],
  ] as const)
    expect(errorsOf(env)).toEqual([error]);
});
