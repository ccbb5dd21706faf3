import type { Audits } from '../../../core/audit.ts';
import type { Connection } from '../connection.ts';
import { createClaim } from './claim.ts';
import { createClaimOpenPayments } from './claimOpenPayments.ts';
import { createCheckoutReader } from './read.ts';
import { createRecordOutcome } from './recordOutcomes.ts';

export const createAudits = (connection: Connection, numberPrefix: string): Audits => {
  const { read, write } = connection;
  const checkouts = createCheckoutReader(connection);
  const claim = createClaim(connection, checkouts, numberPrefix);
  const recordOutcome = createRecordOutcome(connection, checkouts);
  const claimOpenPayments = createClaimOpenPayments(connection);
  return {
    claim: async (requests, nowMs, limits) => write(() => claim(requests, nowMs, limits)),
    recordOutcomes: async (records, nowMs) =>
      write(() => records.map((record) => recordOutcome(record, nowMs))),
    claimOpenPayments: async (query) => claimOpenPayments(query),
    find: async (checkoutId) => read(() => checkouts.find(checkoutId)),
    findByKey: async (request) => read(() => checkouts.findByKey(request)),
  };
};
