import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { err, ok, type Result } from 'neverthrow';
import { pageOf } from '../../core/page.ts';
import type { Charge } from '../../core/payment.ts';
import type { Unavailable } from '../../core/result.ts';
import type { ChargeBook, EntryFailure } from './book.ts';

export type SqliteBookOptions = {
  readonly path: string;
  /** How long to wait for another process's write. The event loop stands still meanwhile. */
  readonly busyMs?: number;
};

/** A file of its own, which several processes of one machine may share. Throws where it cannot be opened. */
export const sqliteBook = ({ path, busyMs = 2_000 }: SqliteBookOptions): ChargeBook => {
  mkdirSync(dirname(path), { recursive: true });
  const database = new Database(path, { timeout: busyMs });
  database.pragma('journal_mode = wal');
  // A charge that was answered must outlive a loss of power, too.
  database.pragma('synchronous = full');
  database.exec(schema);

  const insert = database.prepare<Row>(`
    insert into charge (key, id, amount, currency, status, decline_code, created_at_ms)
    values (:key, :id, :amount, :currency, :status, :decline_code, :created_at_ms)
    on conflict (key) do nothing`);
  const byKey = database.prepare<[string], Row>('select * from charge where key = ?');
  const newest = database.prepare<[string, number], Row>(
    'select * from charge where id < ? order by id desc limit ?',
  );
  /** Asking a closed database is an error of the driver's that has no code. */
  const opened = <T>(query: () => T): Result<T, EntryFailure> =>
    database.open ? answered(query) : err({ kind: 'unavailable', reason: "the provider's book is closed" });
  const read = <T>(query: () => T): Result<T, Unavailable> =>
    opened(query).mapErr(({ reason }) => ({ kind: 'unavailable', reason }));
  const enterAll = database.transaction((charges: readonly Charge[]) =>
    charges.map((charge) => {
      if (insert.run(rowOf(charge)).changes === 1) return charge;
      const row = byKey.get(charge.idempotencyKey);
      if (row === undefined) throw new Error(`the charge ${charge.idempotencyKey} is neither new nor known`);
      return chargeOf(row);
    }),
  );

  return {
    enter: async (charges) => opened(() => enterAll.immediate(charges)),
    find: async (key) => read(() => byKey.get(key)).map((row) => (row === undefined ? null : chargeOf(row))),
    list: async ({ after, limit }) =>
      read(() => newest.all(after ?? afterAll, limit + 1)).map((rows) =>
        pageOf(rows.map(chargeOf), limit, ({ id }) => id),
      ),
    close: async () => {
      database.close();
    },
  };
};

const schema = `
  create table if not exists charge (
    key text primary key,
    id text not null unique,
    amount integer not null,
    currency text not null,
    status text not null check (status in ('succeeded', 'declined', 'cancelled')),
    decline_code text,
    created_at_ms integer not null
  ) strict, without rowid`;

/** Sorts after every id. */
const afterAll = 'ch_~';

type Row = {
  readonly key: string;
  readonly id: string;
  readonly amount: number;
  readonly currency: string;
  readonly status: Charge['status'];
  readonly decline_code: string | null;
  readonly created_at_ms: number;
};

const rowOf = ({ id, idempotencyKey, amount, status, declineCode, createdAtMs }: Charge): Row => ({
  key: idempotencyKey,
  id,
  ...amount,
  status,
  decline_code: declineCode,
  created_at_ms: createdAtMs,
});

const chargeOf = ({ key, id, amount, currency, status, decline_code, created_at_ms }: Row): Charge => ({
  id,
  idempotencyKey: key,
  amount: { amount, currency },
  status,
  declineCode: decline_code,
  createdAtMs: created_at_ms,
});

/** A failure of SQLite's surroundings becomes a value; a wrong statement is a bug and stays a throw. */
const answered = <T>(query: () => T): Result<T, EntryFailure> => {
  try {
    return ok(query());
  } catch (cause) {
    if (!(cause instanceof Database.SqliteError)) throw cause;
    const kind = kinds[cause.code.split('_')[1] ?? ''];
    if (kind === undefined) throw cause;
    return err({ kind, reason: `the provider's book failed (${cause.code})` });
  }
};

/** By primary result code (https://www.sqlite.org/rescode.html). A commit that failed halfway is not known. */
const kinds: Readonly<Record<string, EntryFailure['kind']>> = {
  BUSY: 'unavailable',
  LOCKED: 'unavailable',
  READONLY: 'unavailable',
  CANTOPEN: 'unavailable',
  FULL: 'unavailable',
  IOERR: 'unknown',
  CORRUPT: 'unknown',
  NOTADB: 'unknown',
};
