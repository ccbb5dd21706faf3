import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import postgres from 'postgres';
import { rareOrderStatuses } from '../../adapters/stored/statuses.ts';
import { orderStatuses } from '../../core/order.ts';
import { openPaymentStatuses, paymentStatuses } from '../../core/payment.ts';
import { createTestDatabase, postgresAvailable, type TestDatabase } from '../processes/postgres.ts';

/** The quoted words of an SQL text, each once. */
const quotedIn = (text: string | undefined): readonly string[] =>
  [...new Set([...(text ?? '').matchAll(/'(\w+)'/g)].map(([, word = '']) => word))].toSorted();

describe.skipIf(!(await postgresAvailable()))('PostgreSQL: statuses', () => {
  let database: TestDatabase;
  let sql: postgres.Sql;

  beforeAll(async () => {
    database = await createTestDatabase();
    sql = postgres(database.url, { max: 1, onnotice: () => {} });
  });
  afterAll(async () => {
    await sql.end();
    await database.drop();
  });

  test('The tables of PostgreSQL accept the statuses of core and no others', async () => {
    const checkOf = async (name: string) => {
      const [row] = await sql<{ text: string }[]>`
        select pg_get_constraintdef(oid) as text from pg_constraint where conname = ${name}`;
      return quotedIn(row?.text);
    };
    expect(await checkOf('orders_status_check')).toEqual(orderStatuses.toSorted());
    expect(await checkOf('payment_status_check')).toEqual(paymentStatuses.toSorted());
  });

  test('The PostgreSQL index of open payments has exactly the open statuses', async () => {
    const [row] = await sql<{ text: string }[]>`
      select indexdef as text from pg_indexes where indexname = 'payment_open'`;
    expect(quotedIn(row?.text)).toEqual(openPaymentStatuses.toSorted());
  });

  test('The PostgreSQL trigger for rare order statuses has exactly the rare statuses', async () => {
    const [row] = await sql<{ condition: string; body: string }[]>`
      select pg_get_triggerdef(t.oid) as condition, prosrc as body
      from pg_trigger t join pg_proc p on p.oid = t.tgfoid where tgname = 'order_ends'`;
    expect(quotedIn(row?.condition)).toEqual(rareOrderStatuses.toSorted());
    expect(quotedIn(row?.body)).toEqual(rareOrderStatuses.toSorted());
  });
});
