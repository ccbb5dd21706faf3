import { describe, expect, test } from 'bun:test';
import { createRegistry } from '../../adapters/metrics/registry.ts';
import { formatOf } from '../../adapters/metrics/text.ts';
import { createManualTimer } from '../timer.ts';
import { createTestWorld } from '../world.ts';

const openMetrics = 'application/openmetrics-text; version=1.0.0';

const createFixture = () => {
  const timer = createManualTimer(createTestWorld());
  const registry = createRegistry(timer);
  const page = async (accept: string | null = null) => (await registry.render(accept)).text;
  return { registry, timer, page };
};

describe('A page of metrics', () => {
  test('A page has each family with its help, type and samples', async () => {
    const { registry, page } = createFixture();
    const paid = registry.counter({ name: 'paid_total', help: 'Paid.', labels: ['method', 'kind'] });
    paid('card', 'a').inc();
    paid('card', 'a').inc(2);
    paid('cash', 'b').inc();
    registry.gauge({ name: 'depth', help: 'Depth.' }).set(-1.5);
    const took = registry.histogram({ name: 'took_seconds', help: 'Took.', buckets: [0.5, 1] });
    for (const value of [0.25, 0.5, 0.75, 4]) took().observe(value);
    expect(await page()).toBe(
      [
        '# HELP paid_total Paid.',
        '# TYPE paid_total counter',
        'paid_total{method="card",kind="a"} 3',
        'paid_total{method="cash",kind="b"} 1',
        '# HELP depth Depth.',
        '# TYPE depth gauge',
        'depth -1.5',
        '# HELP took_seconds Took.',
        '# TYPE took_seconds histogram',
        'took_seconds_bucket{le="0.5"} 2',
        'took_seconds_bucket{le="1.0"} 3',
        'took_seconds_bucket{le="+Inf"} 4',
        'took_seconds_sum 5.5',
        'took_seconds_count 4',
        '',
      ].join('\n'),
    );
  });

  test('OpenMetrics names a counter without its suffix and has an end, and the next page of Prometheus is as before', async () => {
    const { registry, page } = createFixture();
    registry.counter({ name: 'paid_total', help: 'The "paid".' })().inc();
    const before = await page();
    expect(await page(openMetrics)).toBe(
      '# HELP paid The \\"paid\\".\n# TYPE paid counter\npaid_total 1\n# EOF\n',
    );
    const both = await Promise.all([page(openMetrics), page()]);
    expect(both[1]).toBe(before);
    expect(before).toBe('# HELP paid_total The "paid".\n# TYPE paid_total counter\npaid_total 1\n');
  });

  test('Backslashes, quotes and line ends in a label are escaped', async () => {
    const { registry, page } = createFixture();
    registry.gauge({ name: 'g', help: 'a\\b\nc', labels: ['l'] }).set(1, 'a\\b"c\nd');
    expect(await page()).toBe('# HELP g a\\\\b\\nc\n# TYPE g gauge\ng{l="a\\\\b\\"c\\nd"} 1\n');
  });

  test('A counter without labels is 0 before its first event, and a gauge that was cleared is absent', async () => {
    const { registry, page } = createFixture();
    registry.counter({ name: 'c_total', help: 'C.' });
    const gauge = registry.gauge({ name: 'g', help: 'G.', labels: ['l'] });
    gauge.set(1, 'a');
    gauge.clear();
    expect(await page()).toBe('# HELP c_total C.\n# TYPE c_total counter\nc_total 0\n');
  });

  test('Labels with values from outside are counted as other, so they cannot fill the memory', async () => {
    const { registry, page } = createFixture();
    const asked = registry.counter({ name: 'asked_total', help: 'Asked.', labels: ['id', 'kind'] });
    for (let index = 0; index < 5_000; index++) asked(`id-${index}`, 'a').inc();
    const lines = (await page()).split('\n');
    expect(lines.length).toBeLessThan(1_010);
    expect(lines).toContain('asked_total{id="other",kind="other"} 4000');
  });

  test('Two metrics of one name, and a wrong number of labels, are bugs', () => {
    const { registry } = createFixture();
    const first = registry.counter({ name: 'c_total', help: 'C.', labels: ['a'] });
    expect(() => registry.gauge({ name: 'c_total', help: 'C.' })).toThrow('two metrics c_total');
    expect(() => first('a', 'b')).toThrow('c_total has the labels a, and got 2 values');
  });

  test('A page comes without what cannot be read, or not in time', async () => {
    const { registry, page, timer } = createFixture();
    const gauge = registry.gauge({ name: 'g', help: 'G.' });
    registry.onRead(() => gauge.set(1));
    registry.onRead(() => Promise.reject(new Error('the database is down')));
    registry.onRead(() => {
      throw new Error('a bug');
    });
    registry.onRead(() => new Promise(() => {}));
    const pending = page();
    await timer.advance(2_000);
    expect(await pending).toContain('g 1\n');
  });
});

test('A scraper gets OpenMetrics if it prefers it or likes it as much, and else the older format', () => {
  const prometheus =
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';
  for (const accept of [prometheus, openMetrics, 'APPLICATION/OPENMETRICS-TEXT', `text/plain,${openMetrics}`])
    expect(formatOf(accept)).toBe('openmetrics');
  for (const accept of [
    null,
    '',
    '*/*',
    'text/html',
    'text/plain;version=0.0.4',
    'text/plain,application/openmetrics-text;q=0.5',
    'application/openmetrics-text;q=0',
    'application/openmetrics-text;q=x',
    'application/openmetrics-text;version=0.0.1',
  ])
    expect(formatOf(accept)).toBe('prometheus');
});
