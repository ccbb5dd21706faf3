import type { Row } from '../row.ts';
import { createStartContender } from '../start/contender.ts';
import { createPostgresShop } from '../start/shop.ts';

const perCheckout = 20;

export const cart: Row = {
  name: 'cart-of-20',
  about: 'checkouts of 20 orders by one process until they are completed, against the same orders one by one',
  run: async (bench) => {
    const postgres = await bench.postgres();
    const carts = { warmUp: bench.scaleCount(500), count: bench.scaleCount(1_500) };
    const singles = { warmUp: bench.scaleCount(10_000), count: bench.scaleCount(20_000) };
    const count = Math.max((carts.warmUp + carts.count) * perCheckout, singles.warmUp + singles.count);
    bench.progress(`placing ${count} orders`);
    const shop = await createPostgresShop(postgres, { count, inARow: perCheckout, history: 20_000 });
    const common = { connections: 64, role: 'all' } as const;
    const match = await bench.runMatch({
      name: 'postgres',
      title: `Orders to completed, ${perCheckout} in each checkout, PostgreSQL`,
      figure: 'completedPerSecond',
      unit: 'orders/s',
      better: 'more',
      goal: 5,
      ours: createStartContender(bench, shop, { ...common, ...carts, perCheckout, name: 'a cart of 20' }),
      peers: [createStartContender(bench, shop, { ...common, ...singles, name: 'single orders' })],
    });
    await shop.remove();
    return { matches: [match] };
  },
};
