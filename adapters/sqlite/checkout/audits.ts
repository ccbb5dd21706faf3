import type { Audits } from '../../../core/audit.ts';
import type { Connection } from '../connection.ts';
import { claiming } from './claim.ts';
import { unsettled } from './claimOpenPayments.ts';
import { checkoutReading } from './read.ts';
import { settling } from './recordOutcomes.ts';

export const audits = (connection: Connection): Audits => {
  const { read, write } = connection;
  const checkouts = checkoutReading(connection);
  const claim = claiming(connection, checkouts);
  const settle = settling(connection, checkouts);
  const takeUnsettled = unsettled(connection);
  return {
    claim: async (requests, nowMs) => write(() => claim(requests, nowMs)),
    recordOutcomes: async (settlements, nowMs) => write(() => settlements.map((one) => settle(one, nowMs))),
    claimOpenPayments: async (query) => takeUnsettled(query),
    find: async (checkoutId) => read(() => checkouts.find(checkoutId)),
  };
};
