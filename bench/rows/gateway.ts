import { type Gateway, gatewayAvailable, startGateway } from '../../tests/edge/gateway.ts';
import { raisedLimits } from '../../tests/edge/raisedLimits.ts';
import { startApp } from '../app.ts';
import {
  checkShop,
  checkStatuses,
  createCheckoutPlan,
  createPostgresFixture,
  type ShopFixture,
} from '../checkout/fixture.ts';
import { runLoad, runOpenLoad } from '../load/run.ts';
import type { Postgres } from '../postgres.ts';
import { cpuSeconds } from '../processes.ts';
import { formatNumber, spreadOf } from '../rounds.ts';
import type { Bench, Contender, Row } from '../row.ts';

/** How much longer a checkout may take through the gateway, in the median. */
const addedP50MaxMs = 1;
const env = { ROLE: 'checkout' };
const database = 'bench_gateway';

export const gateway: Row = {
  name: 'gateway',
  about:
    'checkouts that arrive at half of what the process can do, through nginx with its limits, against the same without it; needs nginx and njs',
  run: async (bench) => {
    if (!gatewayAvailable())
      return { matches: [], notes: ['There is no nginx with njs, so no gateway was measured.'] };
    const postgres = await bench.postgres();
    const capacityCount = bench.scaleCount(20_000);
    const load = { warmUp: bench.scaleCount(5_000), count: bench.scaleCount(20_000) };
    bench.progress(`placing ${Math.max(capacityCount, load.warmUp + load.count)} orders`);
    const fixture = await createPostgresFixture(postgres, Math.max(capacityCount, load.warmUp + load.count));
    const perSecond = Math.round((await measureCapacity(bench, postgres, fixture, capacityCount)) / 2);
    bench.progress(`${perSecond} checkouts will arrive in a second`);
    const create = (name: string, isBehindGateway: boolean) =>
      createContender(bench, postgres, fixture, { ...load, name, isBehindGateway, perSecond });
    const match = await bench.runMatch({
      name: 'half-load',
      title: 'A checkout at half load, in the median',
      figure: 'p50Ms',
      unit: 'ms',
      better: 'less',
      goal: null,
      ours: create('through nginx', true),
      peers: [create('direct', false)],
    });
    await postgres.drop(fixture.template);
    const direct = match.peers[0]?.samples ?? [];
    const added = spreadOf(
      match.ours.samples.map(({ p50Ms = Number.NaN }, round) => p50Ms - (direct[round]?.p50Ms ?? Number.NaN)),
    );
    const note = `The gateway adds ${formatNumber(added.median)} ms to the median checkout`;
    const missed = added.median <= addedP50MaxMs ? [] : [`${note}, goal ≤ ${addedP50MaxMs} ms`];
    return { matches: [{ ...match, missed: [...match.missed, ...missed] }], notes: [`${note}.`] };
  },
};

/** The checkouts a second of one process with 64 connections, without a gateway. */
const measureCapacity = async (
  bench: Bench,
  postgres: Postgres,
  fixture: ShopFixture,
  count: number,
): Promise<number> => {
  const app = await startApp(await postgres.create(database, fixture.template), env);
  const warmUp = Math.floor(count / 4);
  const plan = await createCheckoutPlan(fixture.orders.slice(0, count), {
    connections: 64,
    warmUp,
    port: app.port,
  });
  const { seconds } = await runLoad(bench.createFolder(), plan);
  await app.stop();
  await postgres.drop(database);
  return (count - warmUp) / seconds;
};

type Options = {
  readonly name: string;
  readonly isBehindGateway: boolean;
  readonly warmUp: number;
  readonly count: number;
  readonly perSecond: number;
};

const createContender = (
  bench: Bench,
  postgres: Postgres,
  fixture: ShopFixture,
  { name, isBehindGateway, warmUp, count, perSecond }: Options,
): Contender => ({
  name,
  configuration: { entry: 'server/main.ts', ...env, gateway: isBehindGateway, warmUp, count, perSecond },
  round: async () => {
    const orders = fixture.orders.slice(0, warmUp + count);
    const url = await postgres.create(database, fixture.template);
    const app = await startApp(url, env);
    const gateway = isBehindGateway ? await startBefore(app.port) : null;
    const port = gateway?.port ?? app.port;
    const plan = await createCheckoutPlan(orders, { connections: 1_000, warmUp, port });
    const requests = plan.requests.map((request) => ({ ...request, delayMs: 0 }));
    let cpuBefore = 0;
    const load = await runOpenLoad(
      bench.createFolder(),
      { ...plan, requests, perSecond, delayMaxMs: 0, isInstant: true },
      async () => {
        await postgres.run('checkpoint');
        cpuBefore = cpuSeconds(app.pid);
      },
    );
    const cpuUsed = cpuSeconds(app.pid) - cpuBefore;
    await gateway?.quit();
    await app.stop();
    checkStatuses(load.statuses, orders.length);
    await checkShop(url, fixture, orders.length);
    await postgres.drop(database);
    return {
      p50Ms: load.ownP50Ms,
      p99Ms: load.ownP99Ms,
      perSecond: load.perSecond,
      openMax: load.openMax,
      serverCpuUsEach: (cpuUsed / count) * 1e6,
      loadCpuUsEach: (load.cpuSeconds / count) * 1e6,
    };
  },
});

/** With its limits at work, but so high that the few customers of the bench are not refused. */
const startBefore = (port: number): Promise<Gateway> =>
  startGateway({
    checkout: [port],
    read: [port],
    edits: raisedLimits,
    buffersLog: true,
  });
