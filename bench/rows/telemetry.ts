import { once } from 'node:events';
import { createServer } from 'node:http';
import { createPostgresFixture } from '../checkout/fixture.ts';
import { postgresContender } from '../checkout/ours.ts';
import type { Row } from '../row.ts';

/** The variants put their processes together without traces. */
const entry = 'server/main.ts';

export const telemetry: Row = {
  name: 'telemetry',
  about: 'what tracing costs a checkout: off, against one trace of a hundred kept, and all of them',
  run: async (bench) => {
    const postgres = await bench.postgres();
    const load = { connections: 64, warmUp: bench.scaleCount(5_000), count: bench.scaleCount(30_000) };
    const fixture = await createPostgresFixture(postgres, load.warmUp + load.count);
    const collector = await startCollector();
    const traced = (contender: string, ratio: number) =>
      postgresContender(bench, postgres, fixture, load, {
        contender,
        entry,
        env: {
          OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
          OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
          OTEL_TRACES_SAMPLER_ARG: ratio,
        },
      });
    const match = await bench.runMatch({
      name: 'checkout',
      title: 'Checkouts with 64 connections, without and with traces',
      figure: 'perSecond',
      unit: 'checkouts/s',
      better: 'more',
      goal: null,
      ours: postgresContender(bench, postgres, fixture, load, { contender: 'not traced', entry }),
      peers: [traced('1 % kept', 0.01), traced('all kept', 1)],
    });
    collector.stop();
    if (collector.requests() === 0) throw new Error('no spans came, so nothing was traced');
    await postgres.drop(fixture.template);
    return { matches: [match] };
  },
};

/** Takes spans and does not read them. */
const startCollector = async () => {
  let requests = 0;
  const server = createServer((request, response) => {
    requests++;
    request.resume().on('end', () => response.end());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the collector has no port');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    requests: () => requests,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};
