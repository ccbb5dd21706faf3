import { valueAt } from '../../processes/client.ts';
import type { Snapshot } from '../snapshot.ts';
import { type Database, openDatabase } from './database.ts';

export type ProviderRecords = Pick<
  Snapshot,
  'charges' | 'providerRefunds' | 'providerDisputes' | 'sentEvents'
>;

/** The table in which the sandbox keeps its records. */
export type RecordTable = { readonly url: string; readonly table: string };

/** Makes everything that the provider delays due now. Returns how much was due. */
export const skipProviderWaits = (recordTable: RecordTable): Promise<number> =>
  withDatabase(recordTable, makeDue);

export const readProviderRecords = (recordTable: RecordTable): Promise<ProviderRecords> =>
  withDatabase(recordTable, readRecords);

const withDatabase = async <T>(
  { url, table }: RecordTable,
  work: (database: Database, table: string) => Promise<T>,
): Promise<T> => {
  const database = openDatabase(url);
  try {
    return await work(database, table);
  } finally {
    await database.close();
  }
};

const makeDue = async ({ run }: Database, table: string): Promise<number> => {
  const nowMs = Date.now();
  await run(`update ${table} set due_at_ms = $1 where due_at_ms > $2`, [nowMs, nowMs]);
  const [row] = await run(`select count(*) as due from ${table} where due_at_ms is not null`);
  return Number(row?.due);
};

const readRecords = async ({ run }: Database, table: string): Promise<ProviderRecords> => {
  const rows = await run(`select id, due_at_ms, body from ${table}`);
  const withPrefix = (prefix: string) =>
    rows
      .filter(({ id }) => String(id).startsWith(prefix))
      .map((row) => {
        const body: unknown = JSON.parse(String(row.body));
        return { due: row.due_at_ms !== null, body };
      });
  return {
    charges: withPrefix('pi_').map(({ body }) => ({
      id: stringAt(body, 'id'),
      paymentId: stringOrNullAt(valueAt(body, 'metadata'), 'payment_id') ?? '',
      ...moneyOf(body),
      status: stringAt(body, 'status'),
    })),
    providerRefunds: withPrefix('re_').map(({ body }) => ({
      id: stringAt(body, 'id'),
      chargeId: stringAt(body, 'intentId'),
      refundId: stringOrNullAt(valueAt(body, 'metadata'), 'refund_id'),
      ...moneyOf(body),
      status: stringAt(body, 'status'),
    })),
    providerDisputes: withPrefix('dp_').map(({ body }) => ({
      id: stringAt(body, 'id'),
      chargeId: stringAt(body, 'intentId'),
      ...moneyOf(body),
      status: stringAt(body, 'status'),
    })),
    sentEvents: withPrefix('evt_').map(({ body, due }) => ({
      id: stringAt(body, 'id'),
      type: stringAt(body, 'type'),
      acknowledged: !due,
    })),
  };
};

const moneyOf = (body: unknown): { readonly amount: number; readonly currency: string } => {
  const amount = valueAt(body, 'amount');
  return { amount: Number(valueAt(amount, 'amount')), currency: stringAt(amount, 'currency') };
};

const stringOrNullAt = (value: unknown, name: string): string | null => {
  const found = valueAt(value, name);
  return typeof found === 'string' ? found : null;
};

const stringAt = (value: unknown, name: string): string => {
  const found = stringOrNullAt(value, name);
  if (found === null) throw new Error(`expected a string at ${name} in ${JSON.stringify(value)}`);
  return found;
};
