import { clockSkewMs } from '../../core/clockSkew.ts';
import type { World } from '../../core/world.ts';
import { type SubscribedTopic, subscribedTopics } from '../stored/subscription.ts';
import { connect, type Sql } from './connection.ts';
import { pendingMigrations } from './migrate.ts';
import { readEnds, warnOfEnds } from './partitions/months.ts';
import { CannotUseDatabase, checkRights, checkVersion } from './startCheck.ts';

/** What is found in a database, in the order of the checks. Each is a function, so that one failure hides no other. */
export type Inspection = {
  readonly close: () => Promise<void>;
  /** Rejects if the server cannot be reached, or is too old. Returns its version. */
  readonly version: () => Promise<string>;
  /** The migrations that a start would run. Rejects with `SchemaTooNew` or `SchemaTooOld`. */
  readonly pending: () => Promise<readonly string[]>;
  /** Rejects with what this user may not do. */
  readonly rights: (options: { readonly migrates: boolean; readonly readOnly: boolean }) => Promise<void>;
  /** The months that the partitions lack, or null. `end` is the first month after them; null without partitions. */
  readonly partitions: () => Promise<{ readonly end: string | null; readonly warning: string | null }>;
  /** Rejects if the server takes no writes, or its disk is full. */
  readonly write: () => Promise<void>;
  /** By how much the server's clock is ahead of ours, ms. */
  readonly skewMs: () => Promise<number>;
  /** The topics of Kafka that are subscribed. None before the migration that adds subscriptions. */
  readonly topics: () => Promise<readonly SubscribedTopic[]>;
};

const limits = { statementMs: 8_000, lockMs: 4_000, clientMs: 10_000 };

/** Looks at a database and changes nothing in it. */
export const inspectPostgres = ({ clock }: Pick<World, 'clock'>, url: string): Inspection => {
  const sql = connect({ url, poolSize: 1, limits });
  return {
    close: () => sql.end({ timeout: 0 }),
    version: async () => {
      await checkVersion(sql);
      const [row] = await sql<{ version: string }[]>`select current_setting('server_version') as version`;
      return row?.version ?? '';
    },
    pending: () => pendingMigrations(sql),
    rights: async ({ migrates, readOnly }) => {
      if (migrates) await checkCreate(sql);
      else await checkRights(sql, readOnly);
    },
    partitions: async () => {
      const ends = await readEnds(sql);
      const [first = null] = ends.map(({ end }) => end).toSorted();
      return { end: first, warning: warnOfEnds(ends, clock.nowMs()) };
    },
    write: () => tryToWrite(sql),
    skewMs: async () => {
      const beforeMs = clock.nowMs();
      const [row] = await sql<{ now_ms: number }[]>`
        select floor(extract(epoch from clock_timestamp()) * 1000)::bigint as now_ms`;
      const afterMs = clock.nowMs();
      return clockSkewMs(row?.now_ms ?? beforeMs, { beforeMs, afterMs });
    },
    topics: async () => {
      const [found] = await sql<
        { exists: boolean }[]
      >`select to_regclass('subscription') is not null as exists`;
      return found?.exists === true
        ? sql<SubscribedTopic[]>`${sql.unsafe(subscribedTopics(batchedEvents))}`
        : [];
    },
  };
};

const batchedEvents = `
  (select coalesce(sum(events), 0)::bigint from event_batch where subscription_id = subscription.id)`;

/** @throws CannotUseDatabase if this user may not create the tables that are missing. */
const checkCreate = async (sql: Sql): Promise<void> => {
  const [row] = await sql<{ user: string; schema: string | null; allowed: boolean | null }[]>`
    select current_user as user, current_schema() as schema,
      has_schema_privilege(current_schema(), 'create') as allowed`;
  if (row === undefined || row.allowed === true) return;
  throw new CannotUseDatabase(
    row.schema === null
      ? `its user ${row.user} has no schema to create tables in`
      : `its user ${row.user} may not create tables in the schema ${row.schema}, and the next start has to`,
  );
};

/** A sort that does not fit into the smallest memory writes a temporary file, and fails on a full disk. */
const tryToWrite = async (sql: Sql): Promise<void> => {
  const [state] = await sql<{ readOnly: string }[]>`
    select current_setting('transaction_read_only') as "readOnly"`;
  if (state?.readOnly === 'on')
    throw new CannotUseDatabase(
      'it takes no writes: it is a standby, or default_transaction_read_only is on',
    );
  await sql.begin(async (tx) => {
    await tx`set local work_mem = '64kB'`;
    await tx`
      select count(*) from (
        select repeat(md5(n::text), 4) as text from generate_series(1, 2000) n order by 1 offset 0
      ) spilled`;
  });
};
