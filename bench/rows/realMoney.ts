import { createPostgresFixture } from '../checkout/fixture.ts';
import { createArrivalsContender } from '../realMoney/contender.ts';
import type { Row } from '../row.ts';

/** Well below what one process can do on two cores, so that no queue of checkouts grows. */
const perSecond = 1_000;
/** As long as real providers take. */
const latency = { minMs: 300, maxMs: 800 };
/** So long that 10,000 checkouts are in flight at this rate. */
const longLatency = { minMs: 9_800, maxMs: 11_800 };

export const realMoney: Row = {
  name: 'real-money',
  about:
    'checkouts that arrive at their own times while the provider takes 300 to 800 ms, against a provider that answers at once',
  run: async (bench) => {
    const postgres = await bench.postgres();
    const arrivals = { perSecond, warmUp: bench.scaleCount(10_000), count: bench.scaleCount(20_000) };
    // The full number also with `--quick`: memory for each checkout means little with a tenth of them.
    const many = { perSecond, warmUp: 5_000, count: 25_000 };
    const maxOrders = Math.max(arrivals.warmUp + arrivals.count, many.warmUp + many.count);
    bench.progress(`placing ${maxOrders} orders`);
    const fixture = await createPostgresFixture(postgres, maxOrders);
    const create = (name: string, options: Parameters<typeof createArrivalsContender>[4]) =>
      createArrivalsContender(bench, postgres, fixture, name, options);
    const rate = await bench.runMatch({
      name: 'arrivals',
      title: `${perSecond} checkouts arrive in a second, the provider takes 300 to 800 ms`,
      figure: 'perSecond',
      unit: 'checkouts/s',
      better: 'more',
      goal: 0.9,
      limits: [{ figure: 'ownP99Ms', most: 50 }],
      ours: create('Cartwright', { ...arrivals, ...latency }),
      peers: [create('a provider that answers at once', { ...arrivals, ...latency, isInstant: true })],
    });
    const memory = await bench.runMatch({
      name: 'in-flight',
      title: '10,000 checkouts in flight in one process: memory of each',
      figure: 'memoryKbEach',
      unit: 'kB',
      better: 'less',
      goal: null,
      limits: [
        { figure: 'memoryKbEach', most: 20 },
        { figure: 'openMax', least: 10_000 },
        { figure: 'ownP99Ms', most: 50 },
      ],
      ours: create('Cartwright', { ...many, ...longLatency }),
      peers: [],
    });
    await postgres.drop(fixture.template);
    return { matches: [rate, memory] };
  },
};
