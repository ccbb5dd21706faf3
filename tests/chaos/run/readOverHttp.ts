import { type Client, valueAt } from '../../processes/client.ts';
import type { ClientLog } from '../clientLog.ts';
import type { Snapshot } from '../snapshot.ts';

/** Reads every order, checkout and refund over HTTP, after the run. */
export const readOverHttp = async (
  client: Client,
  { orders, audits, refunds }: Pick<Snapshot, 'orders' | 'audits' | 'refunds'>,
): Promise<Pick<ClientLog, 'finalOrders' | 'finalCheckouts' | 'finalRefunds'>> => {
  const readStatuses = (path: string, rows: readonly { readonly id: string }[]) =>
    mapInParallel(rows, async ({ id }) => ({
      id,
      status: String(valueAt((await client.get(`${path}/${id}`)).body, 'status')),
    }));
  return {
    finalOrders: await mapInParallel(orders, async ({ id }) => {
      const { body } = await client.get(`/orders/${id}`);
      const history = valueAt(body, 'history');
      const states = Array.isArray(history) ? history.map((one) => String(valueAt(one, 'state'))) : [];
      return { id, status: String(valueAt(body, 'status')), states };
    }),
    finalCheckouts: await readStatuses('/checkouts', audits),
    finalRefunds: await readStatuses('/refunds', refunds),
  };
};

const mapInParallel = async <T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> => {
  const results: R[] = [];
  const rest = items.values();
  const runLane = async () => {
    for (const item of rest) results.push(await work(item));
  };
  await Promise.all(Array.from({ length: 16 }, runLane));
  return results;
};
