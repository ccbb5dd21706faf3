import type { StockChange } from '../../../core/product.ts';
import type { SeededRandom } from '../../processes/random.ts';
import { type ActorPorts, isUnavailable } from '../clients.ts';

/** Changes the stock of products while they are sold, until the actors are to stop. */
export const runStockKeeper = async (
  ports: ActorPorts & { readonly limitedIds: readonly string[] },
  random: SeededRandom,
): Promise<void> => {
  const { scheduler, isActive, limitedIds } = ports;
  while (isActive()) {
    await scheduler.sleep(random.between(100, 3_000));
    if (isActive()) await changeStock(ports, random, random.pick(limitedIds));
  }
};

const changeStock = async (
  { ask, createKey, log, scheduler }: ActorPorts,
  random: SeededRandom,
  id: string,
): Promise<void> => {
  const found = await ask(random, (api) => api.findProduct(id));
  const product = found?.isOk() ? found.value : null;
  if (product === null || product.stock === null) return;
  // Others may buy meanwhile.
  await scheduler.sleep(random.between(0, 1_000));
  const change: StockChange = random.bool(0.5)
    ? { add: random.between(-4, 4) }
    : { set: Math.max(0, product.stock + random.between(-3, 5)), was: product.stock };
  const requestId = createKey();
  const reply = await ask(random, (api) => api.changeStock(id, change, requestId));
  if (reply?.isOk()) log.commands.push(requestId);
  else if (reply?.isErr() && reply.error.kind !== 'stock_changed' && !isUnavailable(reply.error))
    log.unexpected.push(`changing a stock: ${reply.error.kind}`);
};
