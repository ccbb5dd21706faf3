import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { tokenFor } from '../../tests/processes/tokens.ts';
import { startServer } from '../app.ts';
import { runLoad } from '../load/run.ts';
import { cpuSeconds } from '../processes.ts';
import type { Bench, Configuration, Contender, Row } from '../row.ts';

const connections = 64;
/** Enough for the server to compile its hot code. */
const warmUp = 50_000;

export const http: Row = {
  name: 'http',
  about: 'a POST with a validated body and no database: our whole API against bare frameworks',
  run: async (bench) => {
    const token = await tokenFor('bench@example.com', 'operator');
    const bunCommand = (file: string) => [process.execPath, `bench/${file}`] as const;
    const ours = createHttpContender(bench, {
      name: 'Cartwright',
      command: bunCommand('http/main.ts'),
      readyPath: '/health/ready',
      path: '/queue/retries',
      headers: { authorization: `Bearer ${token}` },
      status: 202,
      configuration: {
        has: 'auth, request ids, validation, headers, problems; the memory adapter behind it',
      },
    });
    const peer = (name: string, command: readonly [string, ...string[]], configuration: Configuration = {}) =>
      createHttpContender(bench, {
        name,
        command,
        readyPath: '/ready',
        path: '/tasks',
        headers: {},
        status: 200,
        configuration,
      });
    const node = execFileSync('node', ['--version'], { encoding: 'utf8' }).trim();
    const common = { figure: 'perSecond', unit: 'requests/s', better: 'more' } as const;
    const elysia = peer('Elysia', bunCommand('http/elysia.ts'), { validation: 't.Object' });
    const others = [
      peer('Bun.serve', bunCommand('http/bun.ts'), { validation: 'by hand' }),
      peer('Hono', bunCommand('peers/hono.ts'), {
        validation: 'hono/validator',
        runtime: `Bun ${Bun.version}`,
      }),
      peer('Fastify', ['node', 'bench/peers/fastify.mjs'], {
        validation: 'JSON schema',
        runtime: `Node ${node}`,
      }),
    ];
    const match = await bench.runMatch({
      ...common,
      name: 'post',
      title: 'POST with a validated body, 64 connections',
      goal: null,
      ours,
      peers: [elysia, ...others],
    });
    const [bare] = match.peers;
    const ratio = bare?.ratio?.median ?? 0;
    const missed =
      ratio < leastElysiaRatio ? [`${ratio.toFixed(2)}× bare Elysia, goal ${leastElysiaRatio}×`] : [];
    return { matches: [{ ...match, missed }] };
  },
};

const leastElysiaRatio = 0.7;

type HttpContender = {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly readyPath: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly status: number;
  readonly configuration: Configuration;
};

const createHttpContender = (
  bench: Bench,
  { name, command, readyPath, path, headers, status, configuration }: HttpContender,
): Contender => {
  const count = bench.scaleCount(150_000);
  return {
    name,
    configuration: { ...configuration, connections, count },
    round: async () => {
      const server = await startServer({ command, readyPath });
      let cpuBefore = 0;
      const plan = {
        port: server.port,
        connections,
        warmUp,
        measured: count,
        path,
        headers: { 'content-type': 'application/json', ...headers },
        requests: [{ headers: {}, body: JSON.stringify({ taskIds: [randomUUID()] }) }],
      };
      const load = await runLoad(bench.createFolder(), plan, async () => {
        cpuBefore = cpuSeconds(server.pid);
      });
      const cpuUsed = cpuSeconds(server.pid) - cpuBefore;
      await server.stop();
      if (load.statuses[status] !== count + warmUp)
        throw new Error(`expected only status ${status} from ${name}, got ${JSON.stringify(load.statuses)}`);
      return {
        perSecond: count / load.seconds,
        p50Ms: load.p50Ms,
        p99Ms: load.p99Ms,
        serverCpuUsEach: (cpuUsed / count) * 1e6,
        loadCpuUsEach: (load.cpuSeconds / count) * 1e6,
      };
    },
  };
};
