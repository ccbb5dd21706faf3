import { describe, expect, test } from 'bun:test';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { definedMetrics } from './definedMetrics.ts';
import { prometheusAvailable, promtool } from './promtool.ts';

const top = fileURLToPath(new URL('../..', import.meta.url));
const textOf = (path: string): string => readFileSync(top + path, 'utf8');
const yamlOf = <T>(path: string): T => Bun.YAML.parse(textOf(path)) as T;

type Rule = {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
};
type Rules = { readonly groups: readonly { readonly rules: readonly Rule[] }[] };

const rulesOf = (path: string) => yamlOf<Rules>(path).groups.flatMap(({ rules }) => rules);
const recording = rulesOf('deploy/prometheus/rules/recording.yml');
const alerts = rulesOf('deploy/prometheus/rules/alerts.yml');

type Dashboard = {
  readonly panels: readonly {
    readonly title: string;
    readonly targets?: readonly { readonly expr: string }[];
  }[];
};
const dashboard = JSON.parse(textOf('deploy/grafana/cartwright.json')) as Dashboard;
const queries = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

/** The names of series in a query, without what is in quotes, and without functions and labels. */
const seriesIn = (expr: string): readonly string[] =>
  [...expr.replace(/"[^"]*"/g, '""').matchAll(/(?<![\w:])(?:process_|cartwright_|\w+:)[\w:]+/g)].map(
    ([name]) => name,
  );

/** Labels that a query selects, such as `{status="5xx"}`, each with its series. */
const selectorsIn = (expr: string): readonly (readonly [series: string, label: string])[] =>
  [...expr.matchAll(/([\w:]+)\{([^}]*)\}/g)].flatMap(([, series = '', text = '']) =>
    [...text.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => [series, label] as const),
  );

const headingsOf = (path: string): readonly string[] =>
  [...textOf(path).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} -]/gu, '')
      .replaceAll(' ', '-'),
  );

describe('Rules and dashboards', () => {
  const defined = definedMetrics();
  const recorded = recording.flatMap(({ record }) => record ?? []);

  test('Each query names only series that a process or a recording rule makes', () => {
    const known = new Set([...defined.keys(), ...recorded]);
    const all = [...recording, ...alerts].map(({ expr }) => expr).concat(queries);
    expect(all.length).toBeGreaterThan(50);
    const named = all.flatMap(seriesIn);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
    expect(named).toContain('cartwright_queue_tasks');
    expect(seriesIn('rate(cartwright_typo_total[5m]) + a:b:c')).toEqual(['cartwright_typo_total', 'a:b:c']);
  });

  test('Each label that a query selects is one of its series', () => {
    const ofTarget = ['job', 'instance'];
    const wrong = [...recording, ...alerts]
      .map(({ expr }) => expr)
      .concat(queries)
      .flatMap(selectorsIn)
      .filter(([series, label]) => {
        const labels = defined.get(series);
        return labels !== undefined && ![...labels, ...ofTarget].includes(label);
      });
    expect(wrong).toEqual([]);
    expect(selectorsIn('up{job="x",role!~"y"}')).toEqual([
      ['up', 'job'],
      ['up', 'role'],
    ]);
  });

  test('Each recording rule is used by an alert, a dashboard or an autoscaler', () => {
    const used = new Set(
      [...alerts, ...recording].flatMap(({ expr }) => seriesIn(expr)).concat(queries.flatMap(seriesIn)),
    );
    const adapter = textOf('deploy/prometheus/adapter.yaml');
    for (const name of seriesIn(adapter.replaceAll('"', ' '))) used.add(name);
    expect(recorded.filter((name) => !used.has(name))).toEqual([]);
    expect(adapter).toContain('cartwright:queue_ready:sum');
  });

  test('Each alert has a severity, a summary, and a page of the operators that exists', () => {
    expect(alerts.length).toBeGreaterThan(10);
    for (const { alert, labels = {}, annotations = {} } of alerts) {
      expect([alert, labels.severity]).toEqual([alert, expect.stringMatching(/^(?:page|ticket)$/)]);
      expect(annotations.summary).toBeTruthy();
      const [path = '', heading = ''] = (annotations.runbook ?? '').split('#');
      expect([alert, existsSync(top + path)]).toEqual([alert, true]);
      expect(headingsOf(path)).toContain(heading);
    }
  });

  test('Each alert has a test that sees it fire', () => {
    const tests = textOf('deploy/prometheus/tests/alerts.yml');
    for (const { alert } of alerts)
      expect(tests).toMatch(new RegExp(`alertname: ${alert}\\n\\s+exp_alerts:\\n`));
  });

  test.if(prometheusAvailable)('promtool takes the configuration and the rules, and their tests pass', () => {
    for (const args of [
      ['check', 'config', 'deploy/prometheus/prometheus.yml'],
      ['test', 'rules', 'deploy/prometheus/tests/alerts.yml'],
    ]) {
      const { code, output } = promtool(args);
      expect(code === 0 ? '' : output).toBe('');
    }
  });

  test('The collector has what its pipelines name, and no secret of its own', () => {
    type Parts = Readonly<Record<string, unknown>>;
    const config = yamlOf<{
      readonly receivers: Parts;
      readonly processors: Parts;
      readonly exporters: Parts;
      readonly extensions: Parts;
      readonly service: {
        readonly extensions: readonly string[];
        readonly pipelines: Readonly<
          Record<string, Readonly<Record<'receivers' | 'processors' | 'exporters', readonly string[]>>>
        >;
      };
    }>('deploy/collector/config.yaml');
    const pipelines = Object.values(config.service.pipelines);
    for (const part of ['receivers', 'processors', 'exporters'] as const)
      expect([...new Set(pipelines.flatMap((pipeline) => pipeline[part]))].sort()).toEqual(
        Object.keys(config[part]).sort(),
      );
    expect([...config.service.extensions]).toEqual(Object.keys(config.extensions));
    const { endpoint, token } = config.exporters.splunk_hec as Readonly<Record<string, string>>;
    const fromEnvironment = (name: string) => `$\{env:${name}}`;
    expect(endpoint).toBe(`${fromEnvironment('SPLUNK_HEC_URL')}/services/collector`);
    expect(token).toBe(fromEnvironment('SPLUNK_HEC_TOKEN'));
  });
});
