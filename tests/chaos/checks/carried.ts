import { duplicates } from '../grouping.ts';
import { skippedStepOf } from '../resends.ts';
import type { Snapshot } from '../snapshot.ts';
import { type Violation, violation } from '../violation.ts';

/** The carrier has each shipment that our books name, once, and no other but what it took before it was given up. */
export const checkCarried = ({ carried, shipments, orders, history, refunds }: Snapshot): Violation[] => {
  if (carried === null) return [];
  const given = carried.flatMap(({ orderIds }) => orderIds);
  const taken = new Set(given);
  const ours = new Set(shipments);
  // A group asks for all its orders. One that is refunded then leaves it, and an operator may leave the step out.
  const excused = new Set([
    ...refunds.map(({ orderId }) => orderId),
    ...history.filter((row) => skippedStepOf(row) === 'request_shipment').map(({ orderId }) => orderId),
    ...orders.filter(({ status }) => status === 'failed').map(({ id }) => id),
  ]);
  return [
    ...[...ours]
      .filter((id) => !taken.has(id))
      .map((id) => violation('shipment_not_carried', id, 'the carrier does not know it')),
    ...[...taken]
      .filter((id) => !ours.has(id) && !excused.has(id))
      .map((id) => violation('carried_not_owed', id, 'our books do not name it')),
    ...duplicates(given, (id) => id).map((id) => violation('carried_twice', id, 'it has two keys')),
    ...carried
      .filter(({ changed }) => changed)
      .map(({ key }) => violation('carried_request_changed', key, 'it had two bodies')),
  ];
};
