import { ok } from 'neverthrow';
import {
  type Action,
  type Activity,
  type ActivityLog,
  type ActivityQuery,
  type ActivityTarget,
  activitiesOf,
  actorColumnsOf,
  type OperatorCommand,
} from '../../core/activity.ts';
import { firstIdAt } from '../../core/id.ts';
import { pageOf } from '../../core/page.ts';
import type { Tables, Writes } from './tables.ts';

/** Writes the activity of a command, if an operator sent it. */
export const writeActivity = (
  tables: Tables,
  writes: Writes,
  command: OperatorCommand | undefined,
  action: Action,
  targets: readonly ActivityTarget[],
  nowMs: number,
): void => {
  for (const row of activitiesOf(command, action, targets, nowMs)) {
    if (tables.activity.has(row.id)) throw new Error(`the activity ${row.id} already exists`);
    writes.set(tables.activity, row.id, row);
  }
};

export const createActivityLog = (tables: Tables): ActivityLog => ({
  list: async (query) => {
    const rows = [...tables.activity.values()]
      .filter((row) => matches(row, query))
      .sort((one, other) => (one.id < other.id ? 1 : -1));
    return ok(pageOf(rows, query.limit, ({ id }) => id));
  },
});

const matches = (row: Activity, { actor, action, target, fromMs, toMs, after }: ActivityQuery): boolean =>
  (actor === null || Object.values(actorColumnsOf(row.actor)).includes(actor)) &&
  (action === null || row.action === action) &&
  (target === null || row.target === target || row.orderId === target) &&
  (fromMs === null || row.id >= firstIdAt(fromMs)) &&
  (toMs === null || row.id < firstIdAt(toMs)) &&
  (after === null || row.id < after);
