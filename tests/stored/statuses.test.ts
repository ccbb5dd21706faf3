import { describe, expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rareOrderStatuses } from '../../adapters/stored/statuses.ts';
import { orderStatuses } from '../../core/order.ts';
import { openPaymentStatuses, paymentStatuses } from '../../core/payment.ts';
import { openPlace } from '../sqlite/rowPositions.ts';

const adapters = fileURLToPath(new URL('../../adapters', import.meta.url));

/** The words that stand in quotes, each once. */
const quotedIn = (text: string): readonly string[] =>
  [...new Set([...text.matchAll(/'(\w+)'/g)].map(([, word = '']) => word))].toSorted();

describe('the statuses in SQLite', () => {
  const sqlOf = (name: string): string => {
    const { client } = openPlace();
    return (
      client.prepare<[string], string>('select sql from sqlite_schema where name = ?').pluck().get(name) ?? ''
    );
  };

  /** The check of a table's column `status`. */
  const checkOf = (table: string): string =>
    /\bstatus text not null check \(([^)]*)\)/.exec(sqlOf(table))?.[1] ?? '';

  test('the tables accept the statuses of core and no others', () => {
    expect(quotedIn(checkOf('orders'))).toEqual(orderStatuses.toSorted());
    expect(quotedIn(checkOf('payment'))).toEqual(paymentStatuses.toSorted());
  });

  test('the index of open payments has the statuses that are open', () => {
    expect(quotedIn(sqlOf('payment_open'))).toEqual(openPaymentStatuses.toSorted());
  });

  test('the index and the trigger of rare orders have the statuses that are rare', () => {
    expect(quotedIn(sqlOf('orders_ended'))).toEqual(rareOrderStatuses.toSorted());
    const [condition = '', body = ''] = sqlOf('orders_end').split(/\bbegin\b/);
    expect(quotedIn(condition)).toEqual(rareOrderStatuses.toSorted());
    expect(quotedIn(body)).toEqual(rareOrderStatuses.toSorted());
  });
});

describe('the statuses in the adapters', () => {
  test('no database adapter writes a payment status by hand: they come from the edges of core', () => {
    const files = ['../tests/model', 'sqlite', 'postgres'].flatMap((folder) =>
      readdirSync(join(adapters, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts'))
        .map((name) => join(folder, name)),
    );
    expect(files.length).toBeGreaterThan(60);
    // Words that only a payment has; the others are also said of orders, refunds or money checks.
    const byHand = /'(?:initiated|requires_action|declined|returned)'/g;
    const found = files.flatMap((file) =>
      [...readFileSync(join(adapters, file), 'utf8').matchAll(byHand)].map(([word]) => `${file}: ${word}`),
    );
    expect(found).toEqual([]);
  });
});
