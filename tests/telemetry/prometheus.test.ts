import { Database } from 'bun:sqlite';
import { afterEach, describe, expect, test } from 'bun:test';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createScratchFolder } from '../processes/cleanup.ts';
import { createClient, placeOrder } from '../processes/client.ts';
import { type App, killAllApps, startApp, stopApp } from '../processes/processes.ts';
import { freePort } from '../processes/server.ts';
import { createTestFile } from '../processes/sqlite.ts';
import { tokenFor } from '../processes/tokens.ts';
import { prometheusAvailable, promtool, startPrometheus, stopPrometheus } from './promtool.ts';

/** A real Prometheus, with the rules as they are deployed, over real processes. */

afterEach(async () => {
  await stopPrometheus();
  await killAllApps();
});

const rules = fileURLToPath(new URL('../../deploy/prometheus/rules', import.meta.url));

/** Starts Prometheus on these targets. The rules are the deployed ones, but no alert waits for its `for`. */
const startOver = async (targets: readonly string[]) => {
  const folder = createScratchFolder('prometheus');
  cpSync(rules, join(folder, 'rules'), { recursive: true });
  const alerts = join(folder, 'rules/alerts.yml');
  writeFileSync(alerts, readFileSync(alerts, 'utf8').replace(/^ +for: .*\n/gm, ''));
  const config = join(folder, 'prometheus.yml');
  writeFileSync(
    config,
    JSON.stringify({
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: ['rules/*.yml'],
      scrape_configs: [{ job_name: 'cartwright', static_configs: [{ targets }] }],
    }),
  );
  const port = await freePort();
  startPrometheus(config, join(folder, 'data'), port);
  const read = async (path: string): Promise<unknown> => {
    try {
      return ((await (await fetch(`http://127.0.0.1:${port}/api/v1/${path}`)).json()) as { data: unknown })
        .data;
    } catch {
      // It has not started yet.
      return null;
    }
  };
  type Alert = { readonly state: string; readonly labels: Readonly<Record<string, string>> };
  const firing = async (): Promise<readonly string[]> => {
    const found = (await read('alerts')) as { readonly alerts: readonly Alert[] } | null;
    return (found?.alerts ?? [])
      .filter(({ state }) => state === 'firing')
      .map(({ labels }) => [labels.alertname, labels.pipeline].filter(Boolean).join(' '));
  };
  return {
    /** Resolves once the alerts that fire are as `isReached` wants. */
    until: async (isReached: (firing: readonly string[]) => boolean): Promise<readonly string[]> => {
      for (;;) {
        const now = await firing();
        if (isReached(now)) return now;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
    targets: async () =>
      ((await read('targets')) as { activeTargets: readonly { health: string; lastError: string }[] })
        .activeTargets,
  };
};

describe.if(prometheusAvailable)('Prometheus', () => {
  test('It reads both formats of a page without a complaint, and fires on a planted backlog until a worker comes', async () => {
    const database = await createTestFile();
    const [port, workerPort] = [await freePort(), await freePort()];
    const start = (role: 'checkout' | 'worker', metricsPort: number): Promise<App> =>
      startApp({ role, databaseUrl: database.url, env: { METRICS_PORT: String(metricsPort) } });
    const app = await start('checkout', port);
    const operator = createClient(app.url, await tokenFor('op@shop.test', 'operator'));
    const customer = createClient(app.url, await tokenFor('lan@shop.test'));
    // This role lists no products, so the id is read in the file.
    await operator.post('/products', [
      { code: 'ao', name: 'Áo', type: 'physical', price: { amount: 1, currency: 'VND' }, stock: null },
    ]);
    const file = new Database(database.url.replace('sqlite:', ''));
    file.run('pragma busy_timeout = 10000');
    const { id } = file.query('select id from product').get() as { id: string };
    const order = await placeOrder(customer, id);
    const paid = await customer.checkOut(crypto.randomUUID(), [order], 'pm_card_visa');
    expect(paid.status).toBe(202);
    file.run('update task set run_ms = run_ms - 3600000');
    file.close();

    const page = async (accept: string) =>
      (await fetch(`http://127.0.0.1:${port}/metrics`, { headers: { accept } })).text();
    // promtool reads the older format, and Prometheus asks for OpenMetrics.
    expect(promtool(['check', 'metrics'], await page('text/plain'))).toEqual({ code: 0, output: '' });

    const prometheus = await startOver([`127.0.0.1:${port}`, `127.0.0.1:${workerPort}`]);
    const expected = ['CartwrightBacklog physical', 'CartwrightNoWorker', 'CartwrightProcessDown'];
    await prometheus.until((firing) => expected.every((alert) => firing.includes(alert)));
    const [first] = (await prometheus.targets()).filter(({ health }) => health === 'up');
    expect(first?.lastError).toBe('');

    const worker = await start('worker', workerPort);
    await prometheus.until((firing) => firing.length === 0);
    await stopPrometheus();
    expect(await stopApp(worker)).toEqual({ code: 0, signal: null });
    expect(await stopApp(app)).toEqual({ code: 0, signal: null });
    await database.drop();
  }, 120_000);
});
