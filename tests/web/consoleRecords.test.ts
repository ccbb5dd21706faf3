import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { grantablePermissions } from '../../core/serviceKey.ts';
import { createAttempts } from '../../web/console/attempts.ts';
import {
  activityAddress,
  isFiltered,
  readActivityAddress,
  targetPath,
} from '../../web/console/records/activityAddress.ts';
import { detailText, nameIn } from '../../web/console/records/activityDetail.ts';
import { keyAddress, readKeyAddress } from '../../web/console/records/keyAddress.ts';
import { emptyKeyForm, keyPermissions, readKeyForm } from '../../web/console/records/keyForm.ts';
import { activityListPath } from '../../web/console/records/recordApi.ts';
import { consoleEnRecords } from '../../web/words/consoleEnRecords.ts';

describe('A new key', () => {
  const nowMs = Date.parse('2026-11-26T00:00:00Z');

  test('It can have what the API lets a key have, and each has words', () => {
    expect(keyPermissions.toSorted()).toEqual(grantablePermissions.toSorted());
    expect(Object.keys(consoleEnRecords.permissions).toSorted()).toEqual(grantablePermissions.toSorted());
  });

  test('It needs a name and a permission, and has an end', () => {
    const read = readKeyForm(emptyKeyForm, nowMs);
    expect(read.kind === 'problems' && [...read.problems]).toEqual(['name', 'permissions']);
    const form = {
      name: ' sync ',
      permissions: new Set(['queue:read', 'orders:read', 'keys:write']),
      days: 30,
    };
    expect(readKeyForm(form, nowMs)).toEqual({
      kind: 'request',
      request: {
        name: 'sync',
        permissions: ['orders:read', 'queue:read'],
        expiresAt: '2026-12-26T00:00:00.000Z',
      },
    });
    expect(readKeyForm({ ...form, name: '👍'.repeat(100) }, nowMs).kind).toBe('request');
    expect(readKeyForm({ ...form, name: 'x'.repeat(101) }, nowMs).kind).toBe('problems');
  });

  test('Pressed again after a lost answer, the same request goes under the same key, and another form is another', () => {
    let ids = 0;
    const attempts = createAttempts(() => `id${++ids}`);
    const form = { name: 'sync', permissions: new Set(['queue:read']), days: 30 };
    const requestAt = (ms: number) => {
      const read = readKeyForm(form, ms);
      if (read.kind !== 'request') throw new Error('the form is valid');
      return read.request;
    };
    const first = attempts.of(form, requestAt(nowMs));
    // A later end would be another body, which the API refuses under the same key.
    expect(attempts.of(form, requestAt(nowMs + 5_000))).toEqual(first);
    expect(attempts.of({ ...form }, requestAt(nowMs)).idempotencyKey).toBe('id2');
  });

  test('Its address holds the page and the dialog', () => {
    const address = { cursor: 'c', open: 'new' };
    const { searchParams } = new URL(keyAddress(address), 'http://x');
    expect(readKeyAddress(Object.fromEntries(searchParams))).toEqual(address);
    expect(readKeyAddress({})).toEqual({ cursor: null, open: null });
  });
});

describe('The activity', () => {
  const question = {
    actor: 'an',
    action: 'key.end',
    target: 't',
    from: '2026-11-01',
    to: '2026-11-02',
    cursor: 'c',
  };

  test('Its address holds all filters', () => {
    const { searchParams } = new URL(activityAddress(question), 'http://x');
    expect(readActivityAddress(Object.fromEntries(searchParams))).toEqual(question);
    expect(activityListPath(question)).toBe(
      '/activity?actor=an&action=key.end&target=t&from=2026-11-01&to=2026-11-02&cursor=c&limit=25',
    );
    const { actor, ...others } = question;
    expect(activityAddress({ ...others, actor })).toBe(activityAddress(question));
    const none = readActivityAddress({});
    expect([activityAddress(none), isFiltered(none), isFiltered(question)]).toEqual([
      '/console/activity',
      false,
      true,
    ]);
  });

  test('Every command of core has words', () => {
    const source = readFileSync(join(import.meta.dir, '../../core/activity.ts'), 'utf8');
    const [type = ''] = source.slice(source.indexOf('export type Action')).split(';');
    const actions = [...type.matchAll(/'([\w.]+)'/g)].map(([, action = '']) => action);
    expect(actions.length).toBeGreaterThan(10);
    expect(Object.keys(consoleEnRecords.activity.actions).toSorted()).toEqual(actions.toSorted());
  });

  test('What was sent about a product is readable, and other details stay as they are', () => {
    const sent = { code: 'A-1', name: 'Áo', price: { amount: 5_000, currency: 'VND' }, stock: { add: 3 } };
    const detail = JSON.stringify(sent);
    expect(detailText(detail)).toBe('code: A-1 · price: 5000 VND · stock: add 3');
    expect([nameIn('product.change', detail), nameIn('product.change', '{"stock":{"add":1}}')]).toEqual([
      'Áo',
      null,
    ]);
    expect([nameIn('task.skip', detail), nameIn('product.change', null)]).toEqual([null, null]);
    expect([detailText('a reason'), detailText('{broken')]).toEqual(['a reason', '{broken']);
    expect(detailText('x'.repeat(2_000))).toHaveLength(301);
  });

  test('A target leads to its page where the console has one', () => {
    expect(targetPath('product.change', 'p 1')).toBe('/console/products?open=p%201');
    expect(targetPath('order.contact', 'o')).toBe('/console/orders/o');
    expect(targetPath('key.create', 'k')).toBe('/console/keys');
    expect([targetPath('key.end', 'k'), targetPath('task.retry', 't'), targetPath('new.thing', 'x')]).toEqual(
      [null, null, null],
    );
  });
});
