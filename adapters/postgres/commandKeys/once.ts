import { ok, type Result } from 'neverthrow';
import {
  type CommandKey,
  commandKeyRetentionMs,
  identityOf,
  judgeStoredCommand,
  type Keyed,
  type KeyReused,
  type Replayable,
  type StoredCommand,
} from '../../../core/commandKey.ts';
import type { Sql, Transaction } from '../connection.ts';

type OnceResult<T, F> = Result<Replayable<T>, F | KeyReused>;

/**
 * Runs commands under their keys, see `CommandKey`. `run` does the new ones; it returns one result for each, in their
 * order, and writes nothing for those that it refuses. Returns one result for each command, in their order.
 *
 * The insert of a key waits for another transaction that has inserted it. If that one commits, the key is known; if it
 * rolls back or refuses its command, the key is ours. Keys are inserted in the order of the primary key, so that two
 * batches with the same keys wait for one another and never deadlock.
 */
export const runOnce = async <Command, T, F>(
  tx: Transaction,
  commands: readonly Keyed<Command>[],
  nowMs: number,
  run: (fresh: readonly Keyed<Command>[]) => Promise<readonly Result<T, F>[]>,
): Promise<readonly OnceResult<T, F>[]> => {
  const results = new Map<Keyed<Command>, OnceResult<T, F>>();
  // A second command under a key depends on what came of the first, so it is in a later round.
  for (let open = commands; open.length > 0; open = open.filter((command) => !results.has(command))) {
    const first = [...new Map(open.toReversed().map((command) => [keyOf(command), command])).values()];
    const inserted = await insertKeys(tx, first, nowMs);
    const known = first.filter((command) => !inserted.has(keyOf(command)));
    const stored = known.length === 0 ? new Map<string, StoredCommand>() : await findStored(tx, known);
    for (const command of known) {
      const found = stored.get(keyOf(command));
      if (found !== undefined) results.set(command, judgeStoredCommand(command.commandKey, found));
    }
    const fresh = first.filter((command) => inserted.has(keyOf(command)));
    if (fresh.length === 0) continue;
    const outcomes = await run(fresh);
    await storeValues(tx, fresh, outcomes);
    fresh.forEach((command, index) => {
      const outcome = outcomes[index];
      if (outcome !== undefined)
        results.set(
          command,
          outcome.andThen((value) => ok({ value, replayed: false })),
        );
    });
  }
  return commands.flatMap((command) => results.get(command) ?? []);
};

/** `runOnce` for one command. */
export const runOneOnce = async <T, F>(
  tx: Transaction,
  commandKey: CommandKey,
  nowMs: number,
  run: () => Promise<Result<T, F>>,
): Promise<OnceResult<T, F>> => {
  const [result] = await runOnce(tx, [{ commandKey }], nowMs, async () => [await run()]);
  if (result === undefined) throw new Error(`the command under the key ${commandKey.key} has no result`);
  return result;
};

const keyOf = ({ commandKey }: Keyed<unknown>): string => identityOf(commandKey);

/** The keys as arrays, one for each column of the primary key. */
const columnsOf = (commands: readonly Keyed<unknown>[]) => ({
  keys: commands.map(({ commandKey }) => commandKey.key),
  routes: commands.map(({ commandKey }) => commandKey.route),
  callers: commands.map(({ commandKey }) => commandKey.callerId),
});

type KeyRow = { readonly key: string; readonly route: string; readonly caller_id: string };

const identityOfRow = ({ key, route, caller_id }: KeyRow): string =>
  identityOf({ key, route, callerId: caller_id, fingerprint: '' });

/** Returns the identities of the keys that were new. */
const insertKeys = async (
  tx: Transaction,
  commands: readonly Keyed<unknown>[],
  nowMs: number,
): Promise<ReadonlySet<string>> => {
  const { keys, routes, callers } = columnsOf(commands);
  const rows = await tx<KeyRow[]>`
    insert into command_key (key, route, caller_id, fingerprint, created_ms)
    select key, route, caller_id, fingerprint, ${nowMs}::bigint
    from unnest(
      ${keys}::uuid[], ${routes}::text[], ${callers}::text[],
      ${commands.map(({ commandKey }) => commandKey.fingerprint)}::text[]
    ) as k(key, route, caller_id, fingerprint)
    order by key, route, caller_id
    on conflict (key, route, caller_id) do nothing
    returning key, route, caller_id`;
  return new Set(rows.map(identityOfRow));
};

const findStored = async (
  tx: Transaction,
  commands: readonly Keyed<unknown>[],
): Promise<ReadonlyMap<string, StoredCommand>> => {
  const { keys, routes, callers } = columnsOf(commands);
  const rows = await tx<(KeyRow & StoredCommand)[]>`
    select key, route, caller_id, fingerprint, value
    from command_key join unnest(${keys}::uuid[], ${routes}::text[], ${callers}::text[]) as k(key, route, caller_id)
      using (key, route, caller_id)`;
  return new Map(rows.map((row) => [identityOfRow(row), row]));
};

/** Stores the values of the commands that were done, and deletes the keys of those that were refused. */
const storeValues = async <T, F>(
  tx: Transaction,
  commands: readonly Keyed<unknown>[],
  outcomes: readonly Result<T, F>[],
): Promise<void> => {
  const { keys, routes, callers } = columnsOf(commands);
  await tx`
    with outcome as (
      select * from unnest(
        ${keys}::uuid[], ${routes}::text[], ${callers}::text[],
        ${outcomes.map((outcome) => (outcome.isOk() ? JSON.stringify(outcome.value) : null))}::text[]
      ) as o(key, route, caller_id, value)
    ), done as (
      update command_key c set value = o.value from outcome o
      where o.value is not null and (c.key, c.route, c.caller_id) = (o.key, o.route, o.caller_id)
    )
    delete from command_key c using outcome o
    where o.value is null and (c.key, c.route, c.caller_id) = (o.key, o.route, o.caller_id)`;
};

export const pruneCommandKeys = async (sql: Sql, nowMs: number): Promise<void> => {
  await sql`delete from command_key where created_ms < ${nowMs - commandKeyRetentionMs}`;
};
