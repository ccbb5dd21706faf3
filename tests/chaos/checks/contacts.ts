import { groupBy, indexBy } from '../grouping.ts';
import type { Snapshot } from '../snapshot.ts';
import { type Violation, violation } from '../violation.ts';

/** A corrected address stays, and mails go only to addresses that the customer or an operator has given. */
export const checkContacts = (snapshot: Snapshot): Violation[] => [
  ...checkAddresses(snapshot),
  ...checkCorrections(snapshot),
];

/**
 * The orders of a checkout with one type have one address. One that was in such a group keeps the address when its
 * checkout ends without money: the activity says which orders a correction has changed.
 */
const correctedAddresses = (snapshot: Snapshot): ((orderId: string) => ReadonlySet<string>) => {
  const { orders, clientLog, activity } = snapshot;
  const orderOf = indexBy(orders, ({ id }) => id);
  const groupOf = (id: string) => `${orderOf.get(id)?.checkoutId} ${orderOf.get(id)?.type}`;
  const ofGroup = groupBy(clientLog.contacts, ({ orderId }) => groupOf(orderId));
  const ofOrder = groupBy(clientLog.contacts, ({ orderId }) => orderId);
  const commandsOf = groupBy(
    activity.filter(({ action }) => action === 'order.contact'),
    ({ orderId }) => orderId,
  );
  return (orderId) => {
    const changedWith = (commandsOf.get(orderId) ?? []).flatMap(({ target }) => ofOrder.get(target) ?? []);
    return new Set([...(ofGroup.get(groupOf(orderId)) ?? []), ...changedWith].map(({ email }) => email));
  };
};

const checkAddresses = (snapshot: Snapshot): Violation[] => {
  const { orders, mails, clientLog } = snapshot;
  const corrected = correctedAddresses(snapshot);
  const orderOf = indexBy(orders, ({ id }) => id);
  const loggedOf = indexBy(clientLog.orders, ({ id }) => id);
  const isOf = (id: string, address: string) =>
    loggedOf.get(id)?.email === address ||
    // An order whose response was lost is not in the log.
    (!loggedOf.has(id) && orderOf.get(id)?.email === address) ||
    corrected(id).has(address);
  return mails
    .filter(({ orderIds, to }) => !orderIds.some((id) => isOf(id, to)))
    .map(({ orderIds, to }) => violation('mail_to_wrong_address', orderIds.join(), `it was sent to ${to}`));
};

const checkCorrections = (snapshot: Snapshot): Violation[] => {
  const { orders, clientLog, activity } = snapshot;
  const corrected = correctedAddresses(snapshot);
  const orderOf = indexBy(orders, ({ id }) => id);
  const commands = activity.filter(({ action }) => action === 'order.contact');
  const done = new Set(commands.map(({ requestId }) => requestId)).size;
  return [
    ...clientLog.contacts
      .filter(({ orderId, outcome }) => outcome === 'accepted' && orderOf.has(orderId))
      .filter(({ orderId }) => !corrected(orderId).has(orderOf.get(orderId)?.email ?? ''))
      .map(({ orderId, email }) =>
        violation('contact_lost', orderId, `it is ${orderOf.get(orderId)?.email} instead of ${email}`),
      ),
    ...(done <= clientLog.contacts.length
      ? []
      : [violation('contact_not_asked', '-', `${done} of ${clientLog.contacts.length} corrections`)]),
  ];
};
