import { describe, expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rareOrderStatuses } from '../../adapters/stored/statuses.ts';
import { orderStatuses } from '../../core/order.ts';
import { openPaymentStatuses, paymentStatuses } from '../../core/payment.ts';
import { openTestStore } from '../sqlite/harness.ts';

const adapters = fileURLToPath(new URL('../../adapters', import.meta.url));

/** The quoted words of an SQL text, each once. */
const quotedIn = (text: string): readonly string[] =>
  [...new Set([...text.matchAll(/'(\w+)'/g)].map(([, word = '']) => word))].toSorted();

describe('SQLite: statuses', () => {
  const sqlOf = (name: string): string => {
    const { client } = openTestStore();
    return (
      client.prepare<[string], string>('select sql from sqlite_schema where name = ?').pluck().get(name) ?? ''
    );
  };

  /** The check of a table's column `status`. */
  const checkOf = (table: string): string =>
    /\bstatus text not null check \(([^)]*)\)/.exec(sqlOf(table))?.[1] ?? '';

  test('The tables of SQLite accept the statuses of core and no others', () => {
    expect(quotedIn(checkOf('orders'))).toEqual(orderStatuses.toSorted());
    expect(quotedIn(checkOf('payment'))).toEqual(paymentStatuses.toSorted());
  });

  test('The SQLite index of open payments has exactly the open statuses', () => {
    expect(quotedIn(sqlOf('payment_open'))).toEqual(openPaymentStatuses.toSorted());
  });

  test('The SQLite index and trigger for rare order statuses have exactly the rare statuses', () => {
    expect(quotedIn(sqlOf('orders_ended'))).toEqual(rareOrderStatuses.toSorted());
    const [condition = '', body = ''] = sqlOf('orders_end').split(/\bbegin\b/);
    expect(quotedIn(condition)).toEqual(rareOrderStatuses.toSorted());
    expect(quotedIn(body)).toEqual(rareOrderStatuses.toSorted());
  });
});

describe('statuses in the adapters', () => {
  test('No database adapter has a payment status as a literal: all come from the edges of core', () => {
    const files = ['../tests/model', 'sqlite', 'postgres'].flatMap((folder) =>
      readdirSync(join(adapters, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts'))
        .map((name) => join(folder, name)),
    );
    expect(files.length).toBeGreaterThan(60);
    // Statuses that only a payment has. The other ones are also statuses of orders or refunds, or names of money
    // checks.
    const literals = /'(?:initiated|requires_action|declined)'/g;
    const found = files.flatMap((file) =>
      [...readFileSync(join(adapters, file), 'utf8').matchAll(literals)].map(
        ([literal]) => `${file}: ${literal}`,
      ),
    );
    expect(found).toEqual([]);
  });
});
