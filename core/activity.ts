import type { Actor } from './actor.ts';
import type { Page } from './page.ts';
import type { AsyncResult } from './result.ts';

/** What an operator can do. A new command of operators gets a word here. */
export type Action =
  | 'product.upsert'
  | 'product.change'
  | 'order.contact'
  | 'refund.request'
  | 'refund.assign'
  | 'task.retry'
  | 'task.run'
  | 'task.skip'
  | 'pause.begin'
  | 'pause.end'
  | 'case.acknowledge'
  | 'case.refund'
  | 'reconciliation.request'
  | 'key.create'
  | 'key.end'
  | 'webhook.create'
  | 'webhook.change'
  | 'webhook.end'
  | 'webhook.test'
  | 'webhook.resend'
  | 'customer.erase';

/**
 * Who sent a command of an operator, and in which request. A port's method that takes one writes its activity in the
 * transaction that writes what the command changes, so that a crash leaves both or neither. Commands of customers and of
 * the shop itself have none.
 */
export type OperatorCommand = {
  readonly actor: Actor;
  readonly requestId: string;
  /** The id of the next row. */
  readonly createId: () => string;
};

/** One row of the activity. A command on several things has a row for each. */
export type Activity = {
  readonly id: string;
  readonly actor: Actor;
  readonly action: Action;
  /** The id of what the command was about. */
  readonly target: string;
  /** The order that it concerns. */
  readonly orderId: string | null;
  /** For people: a reason, a note, or what was sent. */
  readonly detail: string | null;
  readonly requestId: string;
  readonly atMs: number;
};

/** What a command was about. */
export type ActivityTarget = Pick<Activity, 'target' | 'orderId' | 'detail'>;

/** The rows of a command. None if nobody is named: then no operator sent it. */
export const activitiesOf = (
  command: OperatorCommand | undefined,
  action: Action,
  targets: readonly ActivityTarget[],
  nowMs: number,
): readonly Activity[] =>
  command === undefined
    ? []
    : targets.map(({ target, orderId, detail }) => ({
        id: command.createId(),
        actor: command.actor,
        action,
        target,
        orderId,
        detail,
        requestId: command.requestId,
        atMs: nowMs,
      }));

export type ActivityQuery = {
  /** The actor's id, e-mail address or name. */
  readonly actor: string | null;
  readonly action: string | null;
  /** The id of the target, or of the order that the command concerns. */
  readonly target: string | null;
  /** Only commands at or after this time, ms. */
  readonly fromMs: number | null;
  /** Only commands before this time, ms. */
  readonly toMs: number | null;
  /** The id of the last row of the previous page. */
  readonly after: string | null;
  /** 1 to 100. */
  readonly limit: number;
};

/** The commands of operators. They are written by the ports that do them. */
export interface ActivityLog {
  /** Newest first, which is by id: ids are in time order. */
  list(query: ActivityQuery): AsyncResult<Page<Activity, string>>;
}

/** The columns that an actor is stored in. */
export const actorColumnsOf = (actor: Actor) => ({
  actorId: actor.id,
  actorEmail: 'email' in actor ? actor.email : null,
  actorName: 'name' in actor ? actor.name : null,
});

type ActorColumns = ReturnType<typeof actorColumnsOf>;

/** The activity as databases store it. */
export type ActivityRow = Omit<Activity, 'actor'> & ActorColumns;

export const activityOf = ({ actorId, actorEmail, actorName, ...row }: ActivityRow): Activity => ({
  ...row,
  actor: actorOf({ actorId, actorEmail, actorName }),
});

const actorOf = ({ actorId: id, actorEmail: email, actorName: name }: ActorColumns): Actor =>
  email === null ? { id, name: name ?? '' } : { id, email };

/** The actor of its columns. Null if there is none. */
export const actorOfColumns = (row: {
  readonly actorId: string | null;
  readonly actorEmail: string | null;
  readonly actorName: string | null;
}): Actor | null => (row.actorId === null ? null : actorOf({ ...row, actorId: row.actorId }));
