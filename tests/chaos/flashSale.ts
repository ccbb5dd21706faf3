/**
 * The flash sale: few units, many buyers at once, an API process killed in the middle. The exit code is 0 if exactly
 * the units that were there are charged and not refunded, and the sums of the stock are equal.
 *
 *   bun tests/chaos/flashSale.ts --database sqlite|postgres [--units 1000] [--buyers 20000] [--parallel 256] [--seed 1]
 */
import { parseArgs } from 'node:util';
import { killAllApps } from '../processes/processes.ts';
import { startPostgresServer } from '../processes/server.ts';
import { createTestFile } from '../processes/sqlite.ts';
import { runFlashSale } from './run/flashSale.ts';

const { values } = parseArgs({
  options: {
    database: { type: 'string', default: 'postgres' },
    units: { type: 'string', default: '1000' },
    buyers: { type: 'string', default: '20000' },
    parallel: { type: 'string', default: '256' },
    seed: { type: 'string', default: '1' },
  },
});
const [units, buyers] = [Number(values.units), Number(values.buyers)];

const openDatabaseOf = async (kind: string): Promise<{ url: string; remove: () => Promise<void> }> => {
  if (kind === 'sqlite') {
    const { url, drop } = await createTestFile();
    return { url, remove: drop };
  }
  const server = await startPostgresServer({ fsync: true });
  return { url: server.url('postgres'), remove: server.remove };
};

const database = await openDatabaseOf(values.database);
try {
  const result = await runFlashSale({
    databaseUrl: database.url,
    units,
    buyers,
    parallel: Number(values.parallel),
    killsApi: values.database !== 'sqlite',
    declines: true,
    seed: Number(values.seed),
  });
  console.log(JSON.stringify(result, null, 2));
  const { bought, soldOut, charged, paidOrders, stock, delivered, held, wrongOrders } = result;
  const isRight =
    [bought, charged, paidOrders, delivered, held].every((count) => count === units) &&
    soldOut === buyers - units &&
    stock === 0 &&
    wrongOrders === 0 &&
    result.unexpectedExits.length === 0;
  console.log(isRight ? 'exactly the units that were there were sold' : 'NOT RIGHT');
  process.exitCode = isRight ? 0 : 1;
} finally {
  await killAllApps();
  await database.remove();
}
