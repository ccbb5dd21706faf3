import { eventTypes } from '../../core/event.ts';
import type { Store } from '../../core/store.ts';
import type { Snapshot } from '../chaos/snapshot.ts';
import type { Violation } from '../chaos/violation.ts';
import type { Books } from './books.ts';
import { checkHeardEvents } from './eventChecks.ts';
import { watchPauses } from './pauseWatch.ts';
import { createReceivers } from './receivers.ts';
import type { OtherServers } from './servers.ts';
import { checkProductService, licencesOfService, readServices } from './serviceChecks.ts';
import { createServiceServers } from './stepServices.ts';
import { watchStock } from './stockWatch.ts';
import { watchSubscriptions } from './subscriptionWatch.ts';

/** The servers of other companies in a history, the store with what must be seen of it for them, and their rules. */
export const openOtherServers = (
  opened: Store,
  books: Books,
  { kinds, services, actors }: OtherServers,
  onBroken: (line: string) => void,
) => {
  const receivers = createReceivers(kinds);
  const servers = { receivers, services: createServiceServers(services) };
  const stock = watchStock(watchPauses(opened, books, onBroken), onBroken);
  const subscriptions = watchSubscriptions(stock.store, books);
  const { store } = subscriptions;
  return {
    store,
    servers,
    actors: new Set<string>(actors),
    /** What is there from the start. */
    begin: async (nowMs: number): Promise<void> => {
      if (!kinds.includes('kafka')) return;
      const topic = { id: kafkaId, kind: 'kafka', target: 'cartwright.orders', secret: null } as const;
      (await store.subscriptions.create({ ...topic, types: eventTypes }, nowMs))._unsafeUnwrap();
    },
    /** The units that operators have put into the stock of a product. */
    addedStock: stock.added,
    read: (records: Pick<Snapshot, 'orders' | 'history' | 'licences'>) => ({
      ...readServices(servers.services),
      licences: [...records.licences, ...licencesOfService(servers.services, records)],
    }),
    check: (snapshot: Snapshot): readonly Violation[] => [
      ...checkHeardEvents(snapshot, subscriptions.facts(), receivers.heard),
      ...checkProductService(servers.services, snapshot),
    ],
  };
};

export type OtherServersOpened = ReturnType<typeof openOtherServers>;

const kafkaId = '01952f00-0000-7000-8000-00000000cafe';
