import type { Guard } from './guard.ts';
import { core1 } from './rows/core1.ts';
import { core2 } from './rows/core2.ts';
import { killedGuards } from './rows/killed.ts';
import { postgresCheckout1 } from './rows/postgresCheckout1.ts';
import { postgresCheckout2 } from './rows/postgresCheckout2.ts';
import { postgresEventBatches } from './rows/postgresEventBatches.ts';
import { postgresEventReports } from './rows/postgresEventReports.ts';
import { postgresEvents } from './rows/postgresEvents.ts';
import { postgresOthers } from './rows/postgresOthers.ts';
import { postgresQueue1 } from './rows/postgresQueue1.ts';
import { postgresQueue2 } from './rows/postgresQueue2.ts';
import { postgresQueue3 } from './rows/postgresQueue3.ts';
import { postgresRefunds } from './rows/postgresRefunds.ts';
import { postgresSchema1 } from './rows/postgresSchema1.ts';
import { postgresSchema2 } from './rows/postgresSchema2.ts';
import { postgresSchema3 } from './rows/postgresSchema3.ts';
import { processes } from './rows/processes.ts';
import { reasons1 } from './rows/reasons1.ts';
import { reasons2 } from './rows/reasons2.ts';
import { reasons3 } from './rows/reasons3.ts';
import { retention } from './rows/retention.ts';
import { secondCharges } from './rows/secondCharges.ts';
import { simulatedGuards } from './rows/simulated.ts';
import { sqliteCheckout } from './rows/sqliteCheckout.ts';
import { sqliteEvents } from './rows/sqliteEvents.ts';
import { sqliteOthers } from './rows/sqliteOthers.ts';
import { sqliteQueue } from './rows/sqliteQueue.ts';
import { sqliteRefunds } from './rows/sqliteRefunds.ts';
import { sqliteSchema1 } from './rows/sqliteSchema1.ts';
import { sqliteSchema2 } from './rows/sqliteSchema2.ts';
import { sqliteSchema3 } from './rows/sqliteSchema3.ts';
import { strandedOrders } from './rows/strandedOrders.ts';

/** Every guard of the product. */
export const allGuards: readonly Guard[] = [
  ...core1,
  ...core2,
  ...postgresCheckout1,
  ...postgresCheckout2,
  ...postgresEventBatches,
  ...postgresEventReports,
  ...postgresEvents,
  ...postgresOthers,
  ...postgresQueue1,
  ...postgresQueue2,
  ...postgresQueue3,
  ...postgresRefunds,
  ...postgresSchema1,
  ...postgresSchema2,
  ...postgresSchema3,
  ...processes,
  ...reasons1,
  ...reasons2,
  ...reasons3,
  ...retention,
  ...sqliteCheckout,
  ...sqliteEvents,
  ...sqliteOthers,
  ...sqliteQueue,
  ...sqliteRefunds,
  ...sqliteSchema1,
  ...sqliteSchema2,
  ...sqliteSchema3,
  ...secondCharges,
  ...strandedOrders,
  ...simulatedGuards,
  ...killedGuards,
];
