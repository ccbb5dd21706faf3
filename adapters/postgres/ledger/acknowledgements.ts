import { err, ok, type Result } from 'neverthrow';
import { acknowledgementTarget, caseSubject, judgeAcknowledgement } from '../../../core/acknowledgement.ts';
import { actorColumnsOf, actorOfColumns } from '../../../core/activity.ts';
import type {
  AcknowledgeCommand,
  Acknowledgement,
  CaseFailure,
  Ledger,
  MoneyCase,
  MoneyCheck,
} from '../../../core/ledger.ts';
import { writeActivity } from '../activity/activity.ts';
import { runOneOnce } from '../commandKeys/once.ts';
import { inTransaction, type Sql, type Transaction } from '../connection.ts';

/** The cases of a check with the acknowledgement of each: `caseSubject` and `coversCase` in SQL. */
export const withAcknowledgements = (
  sql: Sql | Transaction,
  check: MoneyCheck,
  cases: ReturnType<Sql>,
): ReturnType<Sql> => {
  const subject =
    check === 'ledger_differences'
      ? sql`coalesce(c.detail, '') || '/' || coalesce(c.payment_id::text, '') || '/' || coalesce(c.refund_id::text, '')`
      : sql`c.id::text`;
  return sql`
    select c.*, a.note, a.actor_id, a.actor_email, a.actor_name, a.at_ms as acknowledged_ms
    from (${cases}) as c left join acknowledgement a
      on a.money_check = ${check} and a.subject = ${subject} and a.at_ms >= c.since_ms`;
};

/** The columns that `withAcknowledgements` adds. They are null for an open case. */
export type AcknowledgementColumns = {
  readonly note: string | null;
  readonly actor_id: string | null;
  readonly actor_email: string | null;
  readonly actor_name: string | null;
  readonly acknowledged_ms: number | null;
};

export const acknowledgementOf = (row: AcknowledgementColumns): Acknowledgement | null => {
  const { note, acknowledged_ms: atMs } = row;
  const actor = actorOfColumns({
    actorId: row.actor_id,
    actorEmail: row.actor_email,
    actorName: row.actor_name,
  });
  return note === null || actor === null || atMs === null ? null : { note, actor, atMs };
};

type FindCase = (tx: Transaction) => Promise<MoneyCase | null>;

/** See `Ledger.acknowledge`. */
export const acknowledge = async (
  sql: Sql,
  findCase: FindCase,
  ...[command, nowMs]: Parameters<Ledger['acknowledge']>
): ReturnType<Ledger['acknowledge']> => {
  const result = await inTransaction(sql, (tx) => write(tx, findCase, command, nowMs));
  return result.andThen((each) => each);
};

/** See `Ledger.acknowledgeOnce`. */
export const acknowledgeOnce = async (
  sql: Sql,
  findCase: FindCase,
  ...[command, nowMs]: Parameters<Ledger['acknowledgeOnce']>
): ReturnType<Ledger['acknowledgeOnce']> => {
  const result = await inTransaction(sql, (tx) =>
    runOneOnce(tx, command.commandKey, nowMs, () => write(tx, findCase, command, nowMs)),
  );
  return result.andThen((each) => each);
};

const write = async (
  tx: Transaction,
  findCase: FindCase,
  command: AcknowledgeCommand,
  nowMs: number,
): Promise<Result<MoneyCase, CaseFailure>> => {
  const found = await findCase(tx);
  if (found === null) return err({ kind: 'not_found' });
  const acknowledgement = judgeAcknowledgement(found, command, nowMs);
  const { note, atMs } = acknowledgement;
  const { actorId, actorEmail, actorName } = actorColumnsOf(acknowledgement.actor);
  await tx`
    insert into acknowledgement (money_check, subject, note, actor_id, actor_email, actor_name, at_ms)
    values (
      ${command.check}, ${caseSubject(command.check, found)}, ${note}, ${actorId}, ${actorEmail}, ${actorName}, ${atMs}
    )
    on conflict (money_check, subject) do update
    set note = excluded.note, actor_id = excluded.actor_id, actor_email = excluded.actor_email,
      actor_name = excluded.actor_name, at_ms = excluded.at_ms`;
  const target = acknowledgementTarget(found, command);
  await writeActivity(tx, command.command, 'case.acknowledge', [target], nowMs);
  return ok({ ...found, acknowledgement });
};
