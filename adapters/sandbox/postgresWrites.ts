import { err, ok, type Result } from 'neverthrow';
import type postgres from 'postgres';
import { writeFailure } from './postgresFailures.ts';
import { type Row, recordOf } from './postgresRow.ts';
import type { Change, NewRecord, SandboxRecord, WriteFailure } from './records.ts';

export type Sql = postgres.Sql<{ bigint: number }>;

/**
 * Inserts the records whose keys are new, and returns their ids. The statement inserts in the order of the
 * keys, so that processes that insert the same keys wait for one another and never deadlock.
 */
export const insert = async (
  sql: Sql,
  entries: readonly NewRecord[],
): Promise<Result<ReadonlySet<string>, WriteFailure>> => {
  const also = entries.flatMap((entry) =>
    entry.also.map((record) => ({ ...record, firstId: entry.record.id })),
  );
  const [key, id, version, due, body] = columnsOf(entries.map(({ record }) => record));
  try {
    const written =
      also.length === 0
        ? await sql<{ id: string }[]>`
            insert into simulated_provider.record (key, id, version, due_at_ms, body)
            select * from unnest(
              ${key}::text[], ${id}::text[], ${version}::integer[], ${due}::bigint[], ${body}::text[]
            ) as given (key, id, version, due_at_ms, body)
            order by key
            on conflict (key) do nothing
            returning id`
        : await insertWith(sql, [key, id, version, due, body], also);
    return ok(new Set(written.map((row) => row.id)));
  } catch (cause) {
    return err(writeFailure(cause));
  }
};

/** Also inserts `also`: each record only if the record with its `firstId` was the first under its key. */
const insertWith = (
  sql: Sql,
  [key, id, version, due, body]: Columns,
  also: readonly (SandboxRecord & { readonly firstId: string })[],
): Promise<readonly { readonly id: string }[]> => {
  const [alsoKey, alsoId, alsoVersion, alsoDue, alsoBody] = columnsOf(also);
  return sql<{ id: string }[]>`
    with first as (
      insert into simulated_provider.record (key, id, version, due_at_ms, body)
      select * from unnest(
        ${key}::text[], ${id}::text[], ${version}::integer[], ${due}::bigint[], ${body}::text[]
      ) as given (key, id, version, due_at_ms, body)
      order by key
      on conflict (key) do nothing
      returning id
    ), also as (
      insert into simulated_provider.record (key, id, version, due_at_ms, body)
      select given.key, given.id, given.version, given.due_at_ms, given.body
      from unnest(
        ${also.map(({ firstId }) => firstId)}::text[], ${alsoKey}::text[], ${alsoId}::text[],
        ${alsoVersion}::integer[], ${alsoDue}::bigint[], ${alsoBody}::text[]
      ) as given (first_id, key, id, version, due_at_ms, body)
      join first on first.id = given.first_id
    )
    select id from first`;
};

type Columns = readonly [string[], string[], number[], (number | null)[], string[]];

const columnsOf = (records: readonly SandboxRecord[]): Columns => [
  records.map(({ key }) => key),
  records.map(({ id }) => id),
  records.map(({ version }) => version),
  records.map(({ dueAtMs }) => dueAtMs),
  records.map(({ body }) => body),
];

/**
 * Returns the stored record of each key. Records that existed before are read by a second statement: the
 * insert cannot see what another process has just committed.
 */
export const readCurrent = async (
  sql: Sql,
  entries: readonly NewRecord[],
  written: ReadonlySet<string>,
): Promise<readonly SandboxRecord[]> => {
  const records = entries.map(({ record }) => record);
  const stored = new Map(records.filter(({ id }) => written.has(id)).map((record) => [record.key, record]));
  const known = records.map(({ key }) => key).filter((key) => !stored.has(key));
  if (known.length > 0) {
    const rows = await sql<Row[]>`select * from simulated_provider.record where key = any(${known}::text[])`;
    for (const row of rows) stored.set(row.key, recordOf(row));
  }
  return records.map(({ key }) => {
    const record = stored.get(key);
    if (record === undefined) throw new Error(`the record ${key} is neither new nor known`);
    return record;
  });
};

/** Thrown to roll back the transaction. */
const stale = new Error('another call has changed a record');

/** Updates in the order of the ids, so that concurrent changes of the same records do not deadlock. */
export const changeAll = async (sql: Sql, { records, also }: Change): Promise<boolean> => {
  const ordered = records.toSorted((one, other) => (one.id < other.id ? -1 : 1));
  try {
    await sql.begin(async (tx) => {
      for (const { id, version, dueAtMs, body } of ordered) {
        const { count } = await tx`
          update simulated_provider.record set version = ${version}, due_at_ms = ${dueAtMs}, body = ${body}
          where id = ${id} and version = ${version - 1}`;
        if (count !== 1) throw stale;
      }
      for (const { key, id, version, dueAtMs, body } of also) {
        const { count } = await tx`
          insert into simulated_provider.record (key, id, version, due_at_ms, body)
          values (${key}, ${id}, ${version}, ${dueAtMs}, ${body}) on conflict (key) do nothing`;
        if (count !== 1) throw stale;
      }
    });
    return true;
  } catch (cause) {
    if (cause === stale) return false;
    throw cause;
  }
};
