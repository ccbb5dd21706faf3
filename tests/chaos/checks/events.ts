import { duplicates } from '../grouping.ts';
import type { Snapshot } from '../snapshot.ts';
import { type Violation, violation } from '../violation.ts';

/** Each event of the provider was delivered in the end, and is stored once even if it was sent often. */
export const checkEvents = ({ storedEvents, sentEvents }: Snapshot): Violation[] => {
  const stored = new Set(storedEvents);
  const sent = new Set(sentEvents.map(({ id }) => id));
  return [
    ...duplicates(storedEvents, (id) => id).map((id) => violation('event_twice', id, 'it is stored twice')),
    ...sentEvents
      .filter(({ acknowledged }) => !acknowledged)
      .map(({ id, type }) => violation('event_undelivered', id, type)),
    ...sentEvents
      .filter(({ id, acknowledged }) => acknowledged && !stored.has(id))
      .map(({ id, type }) => violation('event_lost', id, `${type} was acknowledged`)),
    ...storedEvents
      .filter((id) => !sent.has(id))
      .map((id) => violation('event_not_sent', id, 'the provider never sent it')),
  ];
};
