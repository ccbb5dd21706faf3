import { setImmediate as turn } from 'node:timers/promises';
import type { Audits } from '../../core/audit.ts';
import { checkoutReading } from './checkouts.ts';
import { claiming } from './claim.ts';
import type { Connection } from './connection.ts';
import { settling } from './settle.ts';
import { unsettled } from './unsettled.ts';

export const audits = (connection: Connection): Audits => {
  const { read, write } = connection;
  const checkouts = checkoutReading(connection);
  const claim = claiming(connection, checkouts);
  const settle = settling(connection, checkouts);
  const takeUnsettled = unsettled(connection);
  return {
    // A file does its work within the call, so nobody could come to share the next commit meanwhile: requests
    // that have arrived by now are read in one turn of the event loop, and it is theirs.
    claim: async (requests, nowMs) => {
      await turn();
      return write(() => claim(requests, nowMs));
    },
    settle: async (settlements, nowMs) => {
      await turn();
      return write(() => settlements.map((one) => settle(one, nowMs)));
    },
    takeUnsettled: async (query) => takeUnsettled(query),
    find: async (checkoutId) => read(() => checkouts.find(checkoutId)),
  };
};
