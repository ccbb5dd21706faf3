import type { Audits } from '../../../core/audit.ts';
import type { Connection } from '../connection.ts';
import { createClaim } from './claim.ts';
import { createClaimOpenPayments } from './claimOpenPayments.ts';
import { createCheckoutReader } from './read.ts';
import { createRecordOutcomes } from './recordOutcomes.ts';

export const createAudits = (connection: Connection): Audits => {
  const { read, write } = connection;
  const checkouts = createCheckoutReader(connection);
  const claim = createClaim(connection, checkouts);
  const settle = createRecordOutcomes(connection, checkouts);
  const takeUnsettled = createClaimOpenPayments(connection);
  return {
    claim: async (requests, nowMs) => write(() => claim(requests, nowMs)),
    recordOutcomes: async (settlements, nowMs) => write(() => settlements.map((one) => settle(one, nowMs))),
    claimOpenPayments: async (query) => takeUnsettled(query),
    find: async (checkoutId) => read(() => checkouts.find(checkoutId)),
  };
};
