import { auditsContract } from './audits.ts';
import { inboxContract } from './inbox.ts';
import { jobsContract } from './jobs.ts';
import { lateMoneyContract } from './lateMoney.ts';
import { leasesContract } from './leases.ts';
import { mailboxContract } from './mailbox.ts';
import { moneyAuditsContract } from './moneyAudits.ts';
import { moneyBooksContract } from './moneyBooks.ts';
import type { OpenWithPlanting } from './open.ts';
import { ordersContract } from './orders.ts';
import { pausedContract } from './paused.ts';
import { pipelinesContract } from './pipelines.ts';
import { productsContract } from './products.ts';
import { queueContract } from './queue.ts';
import { racesContract } from './races.ts';
import { refundedTasksContract } from './refundedTasks.ts';
import { refundRacesContract } from './refundRaces.ts';
import { refundsContract } from './refunds.ts';
import { rescuesContract } from './rescues.ts';
import { returnsContract } from './returns.ts';
import { searchContract } from './search.ts';
import { settlementsContract } from './settlements.ts';
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
