import { grounds } from './grounds/index.ts';

/** The methods of the store that no verb calls, with the reason. A method that is in neither list fails a test. */
const others: Readonly<Record<string, readonly string[]>> = {
  'It only reads.': [
    ...['products.find', 'products.list', 'orders.find', 'orders.history', 'orders.timeline', 'orders.list'],
    ...['audits.find', 'queue.stats', 'queue.tasks', 'queue.history', 'queue.failures', 'queue.matchingIds'],
    ...['pauses.list', 'refunds.findByKey', 'refunds.find', 'refunds.list', 'inbox.find', 'ledger.counts'],
    ...['ledger.cases', 'ledger.findCase', 'ledger.findReconciliation', 'ledger.findEvidence'],
    ...['ledger.reconciliations', 'ledger.findDifference', 'ledger.differences', 'ledger.payments'],
    ...['ledger.refunds', 'ledger.refundsByReference', 'ledger.listChargedPayments'],
    ...['ledger.listSucceededRefunds', 'mailbox.list', 'serviceKeys.list', 'serviceKeys.findByHash'],
    ...['activity.list', 'subscriptions.list', 'subscriptions.find', 'events.due', 'events.backlog'],
    ...['deliveries.list', 'invoices.ofCheckout', 'customers.orders', 'missingPartition', 'position'],
    'reached',
    ...[
      'archive.oldestId',
      'archive.countOrders',
      'archive.findUnfinished',
      'archive.read',
      'archive.findOrders',
    ],
  ],
  'It writes a row that nobody reads but itself.': ['ping'],
  'It changes the tables themselves, which no restore of rows undoes. tests/postgres tries it under load.': [
    ...[
      'partitions.partitionTables',
      'partitions.addMonthsAhead',
      'partitions.emptyMonth',
      'archive.release',
    ],
  ],
  'It writes no row.': ['wakeup.notify', 'wakeup.listen', 'close', 'archive.close'],
};

export const portsWithoutVerb: readonly string[] = Object.values(others).flat();

export const portsOfVerbs = (): ReadonlySet<string> =>
  new Set(grounds.flatMap(({ verbs }) => Object.values(verbs).map(({ port }) => port)));

/** All methods of a store and of what works beside it, such as `audits.claim`. */
export const methodsOf = (store: object): readonly string[] =>
  Object.entries(store).flatMap(([name, port]) =>
    typeof port === 'function'
      ? [name]
      : Object.entries(port as object).flatMap(([method, call]) =>
          typeof call === 'function' ? [`${name}.${method}`] : [],
        ),
  );
