import {
  type Action,
  type ActivityLog,
  type ActivityQuery,
  type ActivityRow,
  type ActivityTarget,
  activitiesOf,
  activityOf,
  actorColumnsOf,
  type OperatorCommand,
} from '../../../core/activity.ts';
import { firstIdAt } from '../../../core/id.ts';
import { pageOf } from '../../../core/page.ts';
import type { Sql, Transaction } from '../connection.ts';
import { orUnavailable } from '../failures.ts';

/** Writes the activity of a command with one insert, if an operator sent it. */
export const writeActivity = async (
  tx: Transaction,
  command: OperatorCommand | undefined,
  action: Action,
  targets: readonly ActivityTarget[],
  nowMs: number,
): Promise<void> => {
  const rows = activitiesOf(command, action, targets, nowMs);
  if (command === undefined || rows.length === 0) return;
  const { actorId, actorEmail, actorName } = actorColumnsOf(command.actor);
  await tx`
    insert into activity (id, actor_id, actor_email, actor_name, action, target, order_id, detail, request_id, at_ms)
    select id, ${actorId}, ${actorEmail}, ${actorName}, ${action}, target, order_id, detail, ${command.requestId},
      ${nowMs}::bigint
    from unnest(
      ${rows.map(({ id }) => id)}::uuid[],
      ${rows.map(({ target }) => target)}::text[],
      ${rows.map(({ orderId }) => orderId)}::uuid[],
      ${rows.map(({ detail }) => detail)}::text[]
    ) as a(id, target, order_id, detail)`;
};

export const createActivityLog = (sql: Sql): ActivityLog => ({
  list: (query) => orUnavailable(() => list(sql, query)),
});

const list = async (sql: Sql, { actor, action, target, fromMs, toMs, after, limit }: ActivityQuery) => {
  const rows = await sql<ActivityRow[]>`
    select id, actor_id as "actorId", actor_email as "actorEmail", actor_name as "actorName", action, target,
      order_id as "orderId", detail, request_id as "requestId", at_ms as "atMs"
    from activity
    where true
      ${actor === null ? sql`` : sql`and (actor_id = ${actor} or actor_email = ${actor} or actor_name = ${actor})`}
      ${action === null ? sql`` : sql`and action = ${action}`}
      ${target === null ? sql`` : sql`and (target = ${target} ${isUuid(target) ? sql`or order_id = ${target}` : sql``})`}
      ${fromMs === null ? sql`` : sql`and id >= ${firstIdAt(fromMs)}`}
      ${toMs === null ? sql`` : sql`and id < ${firstIdAt(toMs)}`}
      ${after === null ? sql`` : sql`and id < ${after}`}
    order by id desc limit ${limit + 1}`;
  return pageOf(rows.map(activityOf), limit, ({ id }) => id);
};

/** Only a UUID can be compared with the id of an order. */
const isUuid = (text: string): boolean => /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/.test(text);
