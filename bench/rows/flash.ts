import { runFlashSale } from '../../tests/chaos/run/flashSale.ts';
import type { Row } from '../row.ts';

export const flash: Row = {
  name: 'flash',
  about: 'a flash sale: 1,000 units and 20,000 buyers at once, two API processes and a worker, no declines',
  run: async (bench) => {
    const postgres = await bench.postgres();
    const [units, buyers] = [bench.scaleCount(1_000), bench.scaleCount(20_000)];
    const configuration = { units, buyers, parallel: 256, killsApi: false, declines: false, seed: 1 };
    const match = await bench.runMatch({
      name: 'postgres',
      title: 'Buyers of a flash sale that hear their answer, PostgreSQL',
      figure: 'perSecond',
      unit: 'buyers/s',
      better: 'more',
      goal: null,
      ours: {
        name: 'Cartwright',
        configuration,
        round: async () => {
          const databaseUrl = await postgres.create('bench_flash');
          const { charged, held, stock, seconds } = await runFlashSale({ databaseUrl, ...configuration });
          if (charged !== units || held !== units || stock !== 0)
            throw new Error(`${charged} charged, ${held} held and ${stock} left of ${units}`);
          await postgres.drop('bench_flash');
          return { perSecond: buyers / seconds, seconds };
        },
      },
      peers: [],
    });
    return { matches: [match] };
  },
};
