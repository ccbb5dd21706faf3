import { join } from 'node:path';
import { openPostgresStore } from '../../adapters/postgres/store.ts';
import { openSqliteStore } from '../../adapters/sqlite/store.ts';
import { createSystemWorld } from '../../adapters/system/system.ts';
import { startApp, startServer } from '../app.ts';
import { cpuSeconds } from '../processes.ts';
import type { Contender, Row } from '../row.ts';
import { placeOrders } from '../shop.ts';

/** The number of starts in a round. The median counts. */
const starts = 5;

export const startup: Row = {
  name: 'startup',
  about: 'from the start of the process until it is ready, on an existing database, against bare Elysia',
  run: async (bench) => {
    const postgres = await bench.postgres();
    const url = await postgres.create('bench_startup');
    const file = `sqlite:${join(bench.createFolder(), 'shop.db')}`;
    const world = createSystemWorld();
    for (const store of [
      await openPostgresStore(world, { url }),
      await openSqliteStore(world, { path: file.slice('sqlite:'.length) }),
    ]) {
      await placeOrders(store, 1_000);
      await store.close();
    }
    const elysia = { command: [process.execPath, 'bench/http/elysia.ts'], readyPath: '/ready' } as const;
    const match = await bench.runMatch({
      name: 'ready',
      title: 'From start to ready',
      figure: 'readyMs',
      unit: 'ms',
      better: 'less',
      goal: null,
      ours: createStarter('Cartwright on SQLite', () => startApp(file)),
      peers: [
        createStarter('Cartwright on PostgreSQL', () => startApp(url)),
        createStarter('Elysia and one route', () => startServer(elysia)),
      ],
    });
    await postgres.drop('bench_startup');
    return { matches: [match] };
  },
};

const createStarter = (name: string, start: () => ReturnType<typeof startApp>): Contender => ({
  name,
  configuration: { starts },
  round: async () => {
    const samples = [];
    for (let index = 0; index < starts; index++) {
      const server = await start();
      samples.push({ readyMs: server.readyMs, cpuMs: cpuSeconds(server.pid) * 1_000 });
      await server.stop();
    }
    const median = samples.toSorted((a, b) => a.readyMs - b.readyMs)[Math.floor(starts / 2)];
    return median ?? {};
  },
});
