import { err, ok, type Result } from 'neverthrow';
import type { AsyncResult, Unavailable } from '../../../core/result.ts';
import type { SearchQuery } from '../../../core/search.ts';
import type { World } from '../../../core/world.ts';
import type { Connection } from '../connection.ts';
import { firstPosition, rowStride } from '../rowPositions.ts';
import type { RowWindow } from './query.ts';

/** A search of one table, newest row first. */
type Scan<Row> = {
  readonly table: 'orders' | 'product';
  /** Slices have rows of this customer alone, and none of others are read. Null: of all. */
  readonly customerId: string | null;
  readonly search: SearchQuery;
  /** Only rows older than the one with this id. */
  readonly before: string | null;
  /** Only the row with this id and newer rows. */
  readonly since: string | null;
  readonly limit: number;
  /** Reads the matches in a window of row positions. Called once for each slice. */
  readonly read: (window: RowWindow, limit: number) => readonly Row[];
};

export type RunScan = <Row>(scan: Scan<Row>) => AsyncResult<readonly Row[]>;

/** Rows of the first slice. Most searches find their page in it. */
const firstSliceRows = 256;

/** A slice grows while it takes less time than the first figure, and shrinks if it takes more than the second. */
const sliceMs = { short: 3, long: 6 } as const;

/** The largest slice, in rows times tokens. A slice can become this large only if the rows before it were cheap. */
const sliceWorkMax = 12_000;

/**
 * Searches in slices of rows, because SQLite runs on the event loop: no text of a caller takes the loop for longer than
 * a slice. After each slice, the requests that have arrived come first. A search that needs more than one slice waits
 * until no other such search runs, so that short searches never queue behind many long ones.
 *
 * A slice ends at the id of a row, not at its position: positions may move while the loop is free (see
 * `createRowPositions`), so that a search by position could skip a row.
 */
export const createScan = (
  { client, read }: Pick<Connection, 'client' | 'read'>,
  { clock, yieldToEventLoop }: Pick<World, 'clock' | 'yieldToEventLoop'>,
): RunScan => {
  const windows = { orders: createWindow(client, 'orders'), product: createWindow(client, 'product') };
  const ownWindow = createOwnWindow(client);
  const takeTurn = createTurns(yieldToEventLoop);
  const runLong = createTurns(() => Promise.resolve());

  return async <Row>({ table, customerId, search, before, since, limit, read: readRows }: Scan<Row>) => {
    const windowOf = customerId === null ? windows[table] : ownWindow(customerId);
    const found: Row[] = [];
    let from = before;
    let rows = firstSliceRows;
    const rowsMax = Math.max(firstSliceRows, Math.floor(sliceWorkMax / Math.max(1, countTokens(search))));

    /** Whether the search is complete. */
    const readSlice = (): Result<boolean, Unavailable> => {
      const startMs = clock.nowMs();
      return read(() => {
        const window = windowOf(from, since, rows);
        if (window !== null) found.push(...readRows(window, limit - found.length));
        from = window?.next ?? null;
        const tookMs = clock.nowMs() - startMs;
        if (tookMs < sliceMs.short) rows = Math.min(rowsMax, 2 * rows);
        else if (tookMs > sliceMs.long) rows = Math.max(firstSliceRows / 8, Math.floor(rows / 2));
        return from === null || found.length >= limit;
      });
    };

    const readRest = async (): Promise<Result<boolean, Unavailable>> => {
      for (;;) {
        const slice = await takeTurn(readSlice);
        if (slice.isErr() || slice.value) return slice;
      }
    };

    const first = await takeTurn(readSlice);
    const last = first.isOk() && !first.value ? await runLong(readRest) : first;
    return last.isErr() ? err(last.error) : ok(found);
  };
};

const countTokens = ({ terms }: SearchQuery): number =>
  terms.reduce((sum, { tokens }) => sum + tokens.length, 0);

/** Runs one call at a time, in the order of the calls, and `pause` after each. */
const createTurns = (pause: () => Promise<void>) => {
  let last: Promise<void> = Promise.resolve();
  return <T>(work: () => T | Promise<T>): Promise<T> => {
    const result = last.then(work);
    last = result.then(pause, pause);
    return result;
  };
};

type Boundary = { readonly id: string; readonly position: number };

/** `next` is the id at which the next, older window begins; null if there is none. */
type Window = RowWindow & { readonly next: string | null };

/** The position of the row with an id, or of the next one. */
const createFromId = (client: Connection['client'], table: 'orders' | 'product') =>
  client.prepare<[string], number>(`select position from ${table} where id >= ? order by id limit 1`).pluck();

/** The window of about `rows` rows that are older than the row `before`. Null if there are no rows. */
const createWindow = (client: Connection['client'], table: 'orders' | 'product') => {
  const newest = client
    .prepare<[], number>(`select position from ${table} order by position desc limit 1`)
    .pluck();
  const fromId = createFromId(client, table);
  const floor = client.prepare<[number], Boundary>(
    `select id, position from ${table} where position <= ? order by position desc limit 1`,
  );
  return (before: string | null, since: string | null, rows: number): Window | null => {
    const top = newest.get();
    if (top === undefined) return null;
    const end = (before === null ? undefined : fromId.get(before)) ?? top + 1;
    const oldest = floor.get(end - rows * rowStride);
    if (oldest === undefined) return { below: end, from: firstPosition, next: null };
    const isLast = since !== null && oldest.id < since;
    return { below: end, from: oldest.position, next: isLast ? null : oldest.id };
  };
};

/** The window of `rows` orders of a customer that are older than the order `before`. */
const createOwnWindow = (client: Connection['client']) => {
  const fromId = createFromId(client, 'orders');
  const floor = client.prepare<[string, number, number], Boundary>(
    'select id, position from orders where customer_id = ? and position < ? order by position desc limit 1 offset ?',
  );
  return (customerId: string) =>
    (before: string | null, since: string | null, rows: number): Window => {
      const end = (before === null ? undefined : fromId.get(before)) ?? Number.MAX_SAFE_INTEGER;
      const oldest = floor.get(customerId, end, rows - 1);
      if (oldest === undefined) return { below: end, from: firstPosition, next: null };
      const isLast = since !== null && oldest.id < since;
      return { below: end, from: oldest.position, next: isLast ? null : oldest.id };
    };
};
