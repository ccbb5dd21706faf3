import { err, ok } from 'neverthrow';
import { firstIdAt } from '../../core/id.ts';
import type { AsyncResult } from '../../core/result.ts';
import type { Engine } from './engine.ts';
import { chargeIdOf, type Intent, intentOfRecord } from './intent.ts';
import type { SandboxRecord } from './records.ts';
import { type Refund, refundOfRecord } from './refund.ts';

export type TimeRange = {
  readonly fromMs: number;
  readonly toMs: number;
  /** The last id of the page before. */
  readonly after: string | null;
  readonly limit: number;
};

export type Listed<Row> = { readonly rows: readonly Row[]; readonly hasMore: boolean };

export type PaidCharge = { readonly intent: Intent; readonly id: string; readonly createdAtMs: number };

/** Charges that were paid, newest first: those made with their intent, and those that came later. */
export const listCharges = (engine: Engine, span: TimeRange): AsyncResult<Listed<PaidCharge>> =>
  collect(engine, ['pi', 'ch'], span, async (record) => {
    if (record.id.startsWith('pi_')) {
      const intent = intentOfRecord(record);
      const id = chargeIdOf(intent.id);
      return ok(intent.chargeId === id ? { intent, id, createdAtMs: intent.createdAtMs } : null);
    }
    const { intentId, createdAtMs }: { intentId: string; createdAtMs: number } = JSON.parse(record.body);
    const found = await engine.book.find({ id: intentId });
    return found.map((of) => of && { intent: intentOfRecord(of), id: record.id, createdAtMs });
  });

/** Refunds that were made, newest first, whatever became of them. */
export const listRefunds = (engine: Engine, span: TimeRange): AsyncResult<Listed<Refund>> =>
  collect(engine, ['re'], span, async (record) => {
    const refund = refundOfRecord(record);
    return ok(refund.status === 'refused' ? null : refund);
  });

const chunk = 100;

/** Reads on until the page is full, since not every record makes a row. */
const collect = async <Row>(
  { book }: Engine,
  prefixes: readonly string[],
  { fromMs, toMs, after, limit }: TimeRange,
  rowOf: (record: SandboxRecord) => AsyncResult<Row | null>,
): AsyncResult<Listed<Row>> => {
  const from = numberAt(fromMs);
  let before = after === null ? numberAt(toMs) : numberOf(after);
  const rows: Row[] = [];
  for (;;) {
    const read: SandboxRecord[] = [];
    for (const prefix of prefixes) {
      const some = await book.list({
        from: `${prefix}_${from}`,
        before: `${prefix}_${before}`,
        limit: chunk,
      });
      if (some.isErr()) return err(some.error);
      read.push(...some.value);
    }
    const newest = read
      .sort((one, other) => (numberOf(one.id) < numberOf(other.id) ? 1 : -1))
      .slice(0, chunk);
    for (const record of newest) {
      const row = await rowOf(record);
      if (row.isErr()) return err(row.error);
      if (row.value !== null) rows.push(row.value);
      if (rows.length > limit) return ok({ rows: rows.slice(0, limit), hasMore: true });
    }
    const last = newest.at(-1);
    if (newest.length < chunk || last === undefined) return ok({ rows, hasMore: false });
    before = numberOf(last.id);
  }
};

/** The part of an id that orders it in time. */
const numberOf = (id: string): string => id.slice(id.indexOf('_') + 1);

const numberAt = (ms: number): string => firstIdAt(ms).replaceAll('-', '');
