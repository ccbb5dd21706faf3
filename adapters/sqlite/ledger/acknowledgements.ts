import { acknowledgementTarget, caseSubject, judgeAcknowledgement } from '../../../core/acknowledgement.ts';
import { actorColumnsOf, actorOfColumns } from '../../../core/activity.ts';
import type { AcknowledgeCommand, Acknowledgement, MoneyCase, MoneyCheck } from '../../../core/ledger.ts';
import { createWriteActivity } from '../activity/activity.ts';
import type { Connection } from '../connection.ts';

/** The cases of a check with the acknowledgement of each: `caseSubject` and `coversCase` in SQL. */
export const withAcknowledgements = (check: MoneyCheck, cases: string): string => {
  const subject =
    check === 'ledger_differences'
      ? `coalesce(c.detail, '') || '/' || coalesce(c.paymentId, '') || '/' || coalesce(c.refundId, '')`
      : 'c.id';
  return `
    select c.*, a.note, a.actor_id as actorId, a.actor_email as actorEmail, a.actor_name as actorName,
      a.at_ms as acknowledgedMs
    from (${cases}) c left join acknowledgement a
      on a.money_check = '${check}' and a.subject = ${subject} and a.at_ms >= c.sinceMs`;
};

/** The columns that `withAcknowledgements` adds. They are null for an open case. */
export type AcknowledgementColumns = {
  readonly note: string | null;
  readonly actorId: string | null;
  readonly actorEmail: string | null;
  readonly actorName: string | null;
  readonly acknowledgedMs: number | null;
};

export const acknowledgementOf = ({
  note,
  actorId,
  actorEmail,
  actorName,
  acknowledgedMs,
}: AcknowledgementColumns): Acknowledgement | null => {
  const actor = actorOfColumns({ actorId, actorEmail, actorName });
  return note === null || actor === null || acknowledgedMs === null
    ? null
    : { note, actor, atMs: acknowledgedMs };
};

/** See `Ledger.acknowledge`. Runs in the caller's transaction. `found` is the case as it is now. */
export const createAcknowledge = (connection: Connection) => {
  const { client } = connection;
  const writeActivity = createWriteActivity(connection);
  const write = client.prepare<[string, string, string, string, string | null, string | null, number]>(
    `insert into acknowledgement (money_check, subject, note, actor_id, actor_email, actor_name, at_ms)
     values (?, ?, ?, ?, ?, ?, ?)
     on conflict (money_check, subject) do update set note = excluded.note, actor_id = excluded.actor_id,
       actor_email = excluded.actor_email, actor_name = excluded.actor_name, at_ms = excluded.at_ms`,
  );
  return (found: MoneyCase, command: AcknowledgeCommand, nowMs: number): MoneyCase => {
    const acknowledgement = judgeAcknowledgement(found, command, nowMs);
    const { note, atMs } = acknowledgement;
    const { actorId, actorEmail, actorName } = actorColumnsOf(acknowledgement.actor);
    const subject = caseSubject(command.check, found);
    write.run(command.check, subject, note, actorId, actorEmail, actorName, atMs);
    writeActivity(command.command, 'case.acknowledge', [acknowledgementTarget(found, command)], nowMs);
    return { ...found, acknowledgement };
  };
};
