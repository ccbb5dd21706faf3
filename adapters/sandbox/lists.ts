import { err, ok } from 'neverthrow';
import { firstIdAt } from '../../core/id.ts';
import type { AsyncResult } from '../../core/result.ts';
import { disputeOfRecord, type SandboxDispute } from './dispute.ts';
import type { Engine } from './engine.ts';
import { chargeIdOf, type Intent, intentOfRecord } from './intent.ts';
import type { SandboxRecord } from './records.ts';
import { type Refund, refundOfRecord } from './refund.ts';

export type TimeRange = {
  readonly fromMs: number;
  readonly toMs: number;
  /** The last id of the previous page. */
  readonly after: string | null;
  readonly limit: number;
};

export type ListPage<Row> = { readonly rows: readonly Row[]; readonly hasMore: boolean };

export type PaidCharge = { readonly intent: Intent; readonly id: string; readonly createdAtMs: number };

/** Charges that were paid, newest first: those made together with their intent, and those made later. */
export const readCharges = (engine: Engine, range: TimeRange): AsyncResult<ListPage<PaidCharge>> =>
  collect(engine, ['pi', 'ch'], range, async (record) => {
    if (record.id.startsWith('pi_')) {
      const intent = intentOfRecord(record);
      const id = chargeIdOf(intent.id);
      return ok(intent.chargeId === id ? { intent, id, createdAtMs: intent.createdAtMs } : null);
    }
    const { intentId, createdAtMs }: { intentId: string; createdAtMs: number } = JSON.parse(record.body);
    const found = await engine.records.find({ id: intentId });
    return found.map((each) => each && { intent: intentOfRecord(each), id: record.id, createdAtMs });
  });

/** Refunds that were made, newest first, in any status but `refused`. */
export const readRefunds = (engine: Engine, range: TimeRange): AsyncResult<ListPage<Refund>> =>
  collect(engine, ['re'], range, async (record) => {
    const refund = refundOfRecord(record);
    return ok(refund.status === 'refused' ? null : refund);
  });

/** All disputes, newest first. */
export const readDisputes = (engine: Engine, range: TimeRange): AsyncResult<ListPage<SandboxDispute>> =>
  collect(engine, ['dp'], range, async (record) => ok(disputeOfRecord(record)));

const chunkSize = 100;

/** Reads records in chunks until the page is full, since not every record makes a row. */
const collect = async <Row>(
  { records }: Engine,
  prefixes: readonly string[],
  { fromMs, toMs, after, limit }: TimeRange,
  rowOf: (record: SandboxRecord) => AsyncResult<Row | null>,
): AsyncResult<ListPage<Row>> => {
  const from = timePartAt(fromMs);
  let before = after === null ? timePartAt(toMs) : timePartOf(after);
  const rows: Row[] = [];
  for (;;) {
    const read: SandboxRecord[] = [];
    for (const prefix of prefixes) {
      const found = await records.list({
        from: `${prefix}_${from}`,
        before: `${prefix}_${before}`,
        limit: chunkSize,
      });
      if (found.isErr()) return err(found.error);
      read.push(...found.value);
    }
    const newest = read
      .sort((one, other) => (timePartOf(one.id) < timePartOf(other.id) ? 1 : -1))
      .slice(0, chunkSize);
    for (const record of newest) {
      const row = await rowOf(record);
      if (row.isErr()) return err(row.error);
      if (row.value !== null) rows.push(row.value);
      if (rows.length > limit) return ok({ rows: rows.slice(0, limit), hasMore: true });
    }
    const last = newest.at(-1);
    if (newest.length < chunkSize || last === undefined) return ok({ rows, hasMore: false });
    before = timePartOf(last.id);
  }
};

/** The part of an id that sorts by time. */
const timePartOf = (id: string): string => id.slice(id.indexOf('_') + 1);

const timePartAt = (ms: number): string => firstIdAt(ms).replaceAll('-', '');
