import { eventId } from '../../../core/event.ts';
import { createEventRenderer } from '../../../core/eventBody.ts';
import type { LeasedEvent } from '../../../core/relay.ts';
import type { EventRow } from '../../stored/subscription.ts';
import type { Connection } from '../connection.ts';
import { createReadSubjects } from './subjects.ts';

/** Claimed rows with their bodies. Those that have none are rendered. */
export const createLeasedFrom = (connection: Connection) => {
  const readSubjects = createReadSubjects(connection);
  return (rows: readonly EventRow[]): readonly LeasedEvent[] => {
    const render = createEventRenderer(readSubjects(rows.filter(({ body }) => body === null)));
    return rows.map((row): LeasedEvent => {
      const { kind, subject, sequence, type, atMs, attempts, lease } = row;
      const body = row.body ?? render(row);
      return { kind, subject, sequence, type, atMs, id: eventId(row), body, attempts, lease };
    });
  };
};
