import { join } from 'node:path';
import { postgresStore } from '../../adapters/postgres/store.ts';
import { sqliteStore } from '../../adapters/sqlite/store.ts';
import { systemWorld } from '../../adapters/system/system.ts';
import { startApp, startServer } from '../app.ts';
import { cpuSeconds } from '../processes.ts';
import type { Contender, Row } from '../row.ts';
import { placeOrders } from '../shop.ts';

/** Each round is a few starts, of which the middle one counts. */
const starts = 5;

export const startup: Row = {
  name: 'startup',
  about: 'from the start of the process until it is ready, on a database that is there, against bare Elysia',
  run: async (bench) => {
    const postgres = await bench.postgres();
    const url = await postgres.create('bench_startup');
    const file = `sqlite:${join(bench.folder(), 'shop.db')}`;
    const world = systemWorld();
    for (const store of [
      await postgresStore(world, { url }),
      await sqliteStore(world, { path: file.slice('sqlite:'.length) }),
    ]) {
      await placeOrders(store, 1_000);
      await store.close();
    }
    const elysia = { command: [process.execPath, 'bench/http/elysia.ts'], readyPath: '/ready' } as const;
    const match = await bench.match({
      name: 'ready',
      title: 'From start to ready',
      figure: 'readyMs',
      unit: 'ms',
      better: 'less',
      goal: null,
      ours: starter('Cartwright on SQLite', () => startApp(file)),
      peers: [
        starter('Cartwright on PostgreSQL', () => startApp(url)),
        starter('Elysia and one route', () => startServer(elysia)),
      ],
    });
    await postgres.drop('bench_startup');
    return { matches: [match] };
  },
};

const starter = (name: string, start: () => ReturnType<typeof startApp>): Contender => ({
  name,
  configuration: { starts },
  round: async () => {
    const samples = [];
    for (let index = 0; index < starts; index++) {
      const server = await start();
      samples.push({ readyMs: server.readyMs, cpuMs: cpuSeconds(server.pid) * 1_000 });
      await server.stop();
    }
    const middle = samples.toSorted((a, b) => a.readyMs - b.readyMs)[Math.floor(starts / 2)];
    return middle ?? {};
  },
});
