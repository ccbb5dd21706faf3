import { eventId } from '../../../core/event.ts';
import { createEventRenderer } from '../../../core/eventBody.ts';
import type { LeasedEvent } from '../../../core/relay.ts';
import type { EventRow } from '../../stored/subscription.ts';
import type { Sql } from '../connection.ts';
import { readSubjects } from './subjects.ts';

/** Claimed rows with their bodies. Those that have none are rendered. */
export const leasedFrom = async (sql: Sql, rows: readonly EventRow[]): Promise<readonly LeasedEvent[]> => {
  const fresh = rows.filter(({ body }) => body === null);
  const render = createEventRenderer(await readSubjects(sql, fresh));
  return rows.map((row): LeasedEvent => {
    const { kind, subject, sequence, type, atMs, attempts, lease, batch } = row;
    const body = row.body ?? render(row);
    return {
      kind,
      subject,
      sequence,
      type,
      atMs,
      id: eventId(row),
      body,
      attempts,
      lease,
      ...(batch !== undefined && { batch }),
    };
  });
};
