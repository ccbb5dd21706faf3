import { routesOf, waitForHealth } from '../../tests/fleet/shop.ts';
import { startStandby, waitForReplay } from '../../tests/fleet/standby.ts';
import { createClient, expectStatus, itemsOf } from '../../tests/processes/client.ts';
import { startApp, stopApp } from '../../tests/processes/processes.ts';
import { tokenFor } from '../../tests/processes/tokens.ts';
import { type Postgres, settings } from '../postgres.ts';
import type { Bench, Contender, MatchResult } from '../row.ts';
import { percentile } from './contenders.ts';
import type { SearchFixture } from './fixture.ts';
import { queryKinds } from './kinds.ts';

/** `GET /orders` of a read process on a standby, against one on the primary alone. */
export const matchStandby = async (
  bench: Bench,
  postgres: Postgres,
  fixture: SearchFixture,
): Promise<MatchResult> => {
  bench.progress('copying the primary to a standby');
  const standby = await startStandby(postgres, standbySettings);
  await waitForReplay(postgres, standby);
  const match = await bench.runMatch({
    name: `${fixture.orders}-standby`,
    title: `The slowest kind of search over HTTP, ${fixture.orders.toLocaleString('en')} orders, page 1`,
    figure: 'slowestP50Ms',
    unit: 'ms, p50',
    better: 'less',
    goal: 0.9,
    ours: createReader(bench, fixture, standby.url(fixture.name)),
    peers: [createReader(bench, fixture, null)],
  });
  await standby.remove();
  return match;
};

/** The standby has what the primary has, and may not have fewer senders of the log than the primary's default. */
const standbySettings = [
  ...settings.filter((setting) => /^(shared_buffers|jit|max_connections)=/.test(setting)),
  'max_wal_senders=10',
];

const createReader = (bench: Bench, fixture: SearchFixture, replicaUrl: string | null): Contender => ({
  name: replicaUrl === null ? 'ROLE=read on the primary' : 'ROLE=read on a standby',
  configuration: { orders: fixture.orders, page: 1, connections: 1 },
  round: async (round) => {
    const app = await startApp({
      databaseUrl: fixture.url,
      role: 'read',
      env: { LOG_LEVEL: 'warn', ...(replicaUrl !== null && { DATABASE_REPLICA_URL: replicaUrl }) },
    });
    if (replicaUrl !== null) await waitForHealth(app, ({ replica }) => replica?.state === 'up');
    const operator = createClient(app.url, await tokenFor('op@shop.test', 'operator'));
    const search = async (q: string) => {
      const found = await operator.get(`/orders?q=${encodeURIComponent(q)}`);
      if (itemsOf(expectStatus(found, 200)).length === 0) throw new Error(`nothing was found for ${q}`);
    };
    const turns = bench.scaleCount(20);
    // The first requests compile the code and prepare the statements.
    for (let time = 0; time < 30; time++)
      for (const { termsAt } of queryKinds) await search(termsAt(time, fixture.products).q);
    const before = (await routesOf(app)).replica ?? 0;
    const figures: Record<string, number> = {};
    for (const { name, termsAt } of queryKinds) {
      const times: number[] = [];
      for (let turn = 0; turn < turns; turn++) {
        const { q } = termsAt(turn + round * turns, fixture.products);
        const startMs = performance.now();
        await search(q);
        times.push(performance.now() - startMs);
      }
      figures[`${name} p50Ms`] = percentile(times, 0.5);
    }
    const read = ((await routesOf(app)).replica ?? 0) - before;
    await stopApp(app);
    const least = replicaUrl === null ? 0 : queryKinds.length * turns;
    if (read < least || (replicaUrl === null && read > 0))
      throw new Error(`the standby answered ${read} queries, expected ${least}`);
    return { slowestP50Ms: Math.max(...Object.values(figures)), ...figures };
  },
});
