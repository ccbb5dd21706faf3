import { doubles } from '../grouping.ts';
import type { Snapshot } from '../snapshot.ts';
import { type Violation, violation } from '../violation.ts';

/** What nobody acts on is acknowledged and not kept. */
const kept = /^(payment_intent\.|refund\.|charge\.refund)/;

/** Each event of the provider was taken in in the end, and is kept once however often it came. */
export const checkEvents = ({ events, eventsSent }: Snapshot): Violation[] => {
  const taken = new Set(events);
  const sent = new Set(eventsSent.map(({ id }) => id));
  return [
    ...doubles(events, (id) => id).map((id) => violation('event_twice', id, 'it is kept twice')),
    ...eventsSent
      .filter(({ acknowledged }) => !acknowledged)
      .map(({ id, type }) => violation('event_undelivered', id, type)),
    ...eventsSent
      .filter(({ id, type, acknowledged }) => acknowledged && kept.test(type) && !taken.has(id))
      .map(({ id, type }) => violation('event_lost', id, `${type} was acknowledged`)),
    ...events.filter((id) => !sent.has(id)).map((id) => violation('event_invented', id, 'nobody sent it')),
  ];
};
