import { auditsContract } from './audits.ts';
import { inboxContract } from './inbox.ts';
import { jobsContract } from './jobs.ts';
import { lateMoneyContract } from './lateCharges.ts';
import { leasesContract } from './leases.ts';
import { moneyBooksContract } from './ledger.ts';
import { mailboxContract } from './mailbox.ts';
import type { OpenWithPlanting } from './open.ts';
import { ordersContract } from './orders.ts';
import { settlementsContract } from './outcomes.ts';
import { pausedContract } from './paused.ts';
import { pipelinesContract } from './pipelines.ts';
import { productsContract } from './products.ts';
import { queueContract } from './queue.ts';
import { racesContract } from './races.ts';
import { moneyAuditsContract } from './reconciliations.ts';
import { refundedTasksContract } from './refundedTasks.ts';
import { returnsContract } from './refundOutcomes.ts';
import { refundRacesContract } from './refundRaces.ts';
import { refundsContract } from './refunds.ts';
import { rescuesContract } from './rescues.ts';
import { searchContract } from './search.ts';
import { upkeepContract } from './store.ts';
import { wholeOrdersContract } from './wholeOrders.ts';
import { wholeRowsContract } from './wholeRows.ts';

/** Everything that core expects of a database. `open` makes an empty store in a world of its own. */
export const storeContract = (name: string, open: OpenWithPlanting): void => {
  for (const contract of [
    productsContract,
    ordersContract,
    wholeOrdersContract,
    wholeRowsContract,
    searchContract,
    auditsContract,
    settlementsContract,
    racesContract,
    queueContract,
    leasesContract,
    rescuesContract,
    pausedContract,
    pipelinesContract,
    jobsContract,
    refundsContract,
    returnsContract,
    refundedTasksContract,
    refundRacesContract,
    lateMoneyContract,
    inboxContract,
    moneyBooksContract,
    moneyAuditsContract,
    mailboxContract,
    upkeepContract,
  ])
    contract(name, open);
};
