import { auditsContract } from './audits.ts';
import { leasesContract } from './leases.ts';
import { mailboxContract } from './mailbox.ts';
import type { Open } from './open.ts';
import { ordersContract } from './orders.ts';
import { pipelinesContract } from './pipelines.ts';
import { productsContract } from './products.ts';
import { queueContract } from './queue.ts';
import { racesContract } from './races.ts';
import { searchContract } from './search.ts';
import { settlementsContract } from './settlements.ts';
import { upkeepContract } from './store.ts';

/** Everything that core expects of a database. `open` makes an empty store in a world of its own. */
export const storeContract = (name: string, open: Open): void => {
  for (const contract of [
    productsContract,
    ordersContract,
    searchContract,
    auditsContract,
    settlementsContract,
    racesContract,
    queueContract,
    leasesContract,
    pipelinesContract,
    mailboxContract,
    upkeepContract,
  ])
    contract(name, open);
};
