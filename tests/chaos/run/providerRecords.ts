import { valueAt } from '../../processes/client.ts';
import type { Snapshot } from '../snapshot.ts';
import { type Database, openDatabase } from './database.ts';

export type ProviderBook = Pick<Snapshot, 'charges' | 'givenBack' | 'eventsSent'>;

/** Where the simulator keeps what it remembers. */
export type BookPlace = { readonly url: string; readonly table: string };

/** Lets time pass for what it waits with. Answers how much that was. */
export const hurryBook = (place: BookPlace): Promise<number> => asking(place, hurry);

export const readBook = (place: BookPlace): Promise<ProviderBook> => asking(place, read);

const asking = async <T>(
  { url, table }: BookPlace,
  ask: (database: Database, table: string) => Promise<T>,
): Promise<T> => {
  const database = openDatabase(url);
  try {
    return await ask(database, table);
  } finally {
    await database.close();
  }
};

const hurry = async ({ run }: Database, table: string): Promise<number> => {
  const nowMs = Date.now();
  await run(`update ${table} set due_at_ms = $1 where due_at_ms > $2`, [nowMs, nowMs]);
  const [row] = await run(`select count(*) as due from ${table} where due_at_ms is not null`);
  return Number(row?.due);
};

const read = async ({ run }: Database, table: string): Promise<ProviderBook> => {
  const rows = await run(`select id, due_at_ms, body from ${table}`);
  const ofKind = (prefix: string) =>
    rows
      .filter(({ id }) => String(id).startsWith(prefix))
      .map((row) => {
        const body: unknown = JSON.parse(String(row.body));
        return { due: row.due_at_ms !== null, body };
      });
  return {
    charges: ofKind('pi_').map(({ body }) => ({
      id: word(body, 'id'),
      paymentId: wordOrNull(valueAt(body, 'metadata'), 'payment_id') ?? '',
      ...moneyOf(body),
      status: word(body, 'status'),
    })),
    givenBack: ofKind('re_').map(({ body }) => ({
      id: word(body, 'id'),
      chargeId: word(body, 'intentId'),
      refundId: wordOrNull(valueAt(body, 'metadata'), 'refund_id'),
      ...moneyOf(body),
      status: word(body, 'status'),
    })),
    eventsSent: ofKind('evt_').map(({ body, due }) => ({
      id: word(body, 'id'),
      type: word(body, 'type'),
      acknowledged: !due,
    })),
  };
};

const moneyOf = (body: unknown): { readonly amount: number; readonly currency: string } => {
  const amount = valueAt(body, 'amount');
  return { amount: Number(valueAt(amount, 'amount')), currency: word(amount, 'currency') };
};

const wordOrNull = (value: unknown, name: string): string | null => {
  const found = valueAt(value, name);
  return typeof found === 'string' ? found : null;
};

const word = (value: unknown, name: string): string => {
  const found = wordOrNull(value, name);
  if (found === null) throw new Error(`there is no ${name} in ${JSON.stringify(value)}`);
  return found;
};
