import { ok, type Result } from 'neverthrow';
import { createBatcher } from '../../core/batcher.ts';
import type { LogPosition, Reached, ReadPosition } from '../../core/consistency.ts';
import type { ReplicaStatus } from '../../core/replica.ts';
import type { AsyncResult, Unavailable } from '../../core/result.ts';
import type { World } from '../../core/world.ts';
import type { Sql } from './connection.ts';
import { orUnavailable } from './failures.ts';

/**
 * The end of the log that holds all that this process has committed so far. With asynchronous commit, a commit is not on
 * the disk yet when it is answered. Otherwise the end of what is on the disk is the better one: a replica gets no more.
 */
const readPosition = (sql: Sql): AsyncResult<LogPosition | null> =>
  orUnavailable(async () => {
    const [row] = await sql<{ file: string; lsn: string }[]>`
      select pg_walfile_name(lsn) as file, lsn::text as lsn from (
        select case
          when pg_is_in_recovery() then null
          when current_setting('synchronous_commit') = 'off' then pg_current_wal_insert_lsn()
          else pg_current_wal_flush_lsn() end as lsn
      ) log_end where lsn is not null`;
    return row === undefined ? null : { timeline: timelineOf(row.file), lsn: row.lsn };
  });

/** A call never joins a statement that is already under way: that one may have been answered before its commit. */
export const createPosition = (
  sql: Sql,
  { yieldToEventLoop }: Pick<World, 'yieldToEventLoop'>,
): ReadPosition => {
  const next = createBatcher<null, Result<LogPosition | null, Unavailable>>(
    async (calls) => {
      const position = await readPosition(sql);
      return calls.map(() => position);
    },
    { batchMax: Number.MAX_SAFE_INTEGER, waitingMax: Number.MAX_SAFE_INTEGER },
    yieldToEventLoop,
    // Never called, because any number may wait.
    () => ok(null),
  );
  return () => next(null);
};

/** The name of a file of the log begins with its timeline, as eight hexadecimal digits. */
const timelineOf = (file: string): number => Number.parseInt(file.slice(0, 8), 16);

/**
 * The control file of a standby names a timeline once it has replayed into it. It may do so late, and never early: until
 * then the primary is asked. A standby of a primary that was replaced must not answer for the new one, however far it is.
 */
const readState = (sql: Sql, lsn: string) =>
  orUnavailable(async () => {
    const [row] = await sql<{ standby: boolean; timeline: number; replayed: number; reached: boolean }[]>`
      select standby, timeline, (replayed - '0/0'::pg_lsn)::bigint as replayed, replayed >= ${lsn}::pg_lsn as reached
      from (
        select pg_is_in_recovery() as standby, greatest(c.timeline_id, r.min_recovery_end_timeline) as timeline,
          case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_insert_lsn() end as replayed
        from pg_control_checkpoint() c, pg_control_recovery() r
      ) state`;
    return row ?? { standby: false, timeline: 0, replayed: 0, reached: false };
  });

export const readStatus = async (sql: Sql): AsyncResult<ReplicaStatus> =>
  (await readState(sql, '0/0')).map(({ standby, replayed }) => ({ isStandby: standby, replayed }));

export const hasReached = async (sql: Sql, position: LogPosition): AsyncResult<Reached> =>
  (await readState(sql, position.lsn)).map(({ standby, timeline, reached }) => {
    if (!standby) return 'primary';
    if (timeline !== position.timeline) return 'other_timeline';
    return reached ? 'reached' : 'not_yet';
  });
