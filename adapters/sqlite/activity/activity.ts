import type Database from 'better-sqlite3';
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
import type { Connection } from '../connection.ts';

/** Writes the activity of a command, if an operator sent it. Runs in the caller's transaction. */
export type WriteActivity = (
  command: OperatorCommand | undefined,
  action: Action,
  targets: readonly ActivityTarget[],
  nowMs: number,
) => void;

export const createWriteActivity = ({ client }: Connection): WriteActivity => {
  const insert = client.prepare<[ActivityRow]>(
    `insert into activity (id, actor_id, actor_email, actor_name, action, target, order_id, detail, request_id, at_ms)
     values ($id, $actorId, $actorEmail, $actorName, $action, $target, $orderId, $detail, $requestId, $atMs)`,
  );
  return (command, action, targets, nowMs) => {
    for (const { actor, ...row } of activitiesOf(command, action, targets, nowMs))
      insert.run({ ...row, ...actorColumnsOf(actor) });
  };
};

export const createActivityLog = ({ client, read }: Connection): ActivityLog => {
  // Each combination of filters is prepared once.
  const statements = new Map<string, Database.Statement<[Parameters], ActivityRow>>();
  return {
    list: async (query) =>
      read(() => {
        const parameters = parametersOf(query);
        const text = textOf(parameters);
        const statement = statements.get(text) ?? client.prepare<[Parameters], ActivityRow>(text);
        statements.set(text, statement);
        return pageOf(statement.all(parameters).map(activityOf), query.limit, ({ id }) => id);
      }),
  };
};

type Parameters = Readonly<Record<string, string | number>>;

/** Only the filters that are set. */
const parametersOf = ({ fromMs, toMs, limit, ...query }: ActivityQuery): Parameters => ({
  ...Object.fromEntries(
    Object.entries(query).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
  ),
  ...(fromMs === null ? {} : { from: firstIdAt(fromMs) }),
  ...(toMs === null ? {} : { to: firstIdAt(toMs) }),
  rowsMax: limit + 1,
});

const conditions: Readonly<Record<string, string>> = {
  actor: '(actor_id = $actor or actor_email = $actor or actor_name = $actor)',
  action: 'action = $action',
  target: '(target = $target or order_id = $target)',
  from: 'id >= $from',
  to: 'id < $to',
  after: 'id < $after',
};

const textOf = (parameters: Parameters): string => {
  const where = Object.keys(parameters).flatMap((name) => conditions[name] ?? []);
  return `
    select id, actor_id as actorId, actor_email as actorEmail, actor_name as actorName, action, target,
      order_id as orderId, detail, request_id as requestId, at_ms as atMs
    from activity ${where.length === 0 ? '' : `where ${where.join(' and ')}`} order by id desc limit $rowsMax`;
};
