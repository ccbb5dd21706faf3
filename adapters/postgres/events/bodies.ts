import { eventId } from '../../../core/event.ts';
import { renderEvent } from '../../../core/eventBody.ts';
import type { LeasedEvent } from '../../../core/relay.ts';
import type { EventRow } from '../../stored/subscription.ts';
import type { Sql } from '../connection.ts';
import { readSubjects } from './subjects.ts';

/** Claimed rows with their bodies. Those that have none are rendered. */
export const leasedFrom = async (sql: Sql, rows: readonly EventRow[]): Promise<readonly LeasedEvent[]> => {
  const fresh = rows.filter(({ body }) => body === null);
  const subjects = await readSubjects(sql, fresh);
  return rows.map((row): LeasedEvent => {
    const { kind, subject, sequence, type, atMs, attempts, lease, batch } = row;
    const body = row.body ?? renderEvent(row, subjects);
    return {
      ...{ kind, subject, sequence, type, atMs, id: eventId(row), body, attempts, lease },
      ...(batch !== undefined && { batch }),
    };
  });
};
