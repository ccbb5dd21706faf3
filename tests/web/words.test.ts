import { describe, expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { problemCodes } from '../../api/http/problems.ts';
import { problemGuides } from '../../api/openapi/problemGuides.ts';
import { limitNames } from '../../core/limits.ts';
import { orderStatuses } from '../../core/order.ts';
import { pipelines } from '../../core/pipelines/index.ts';
import { declineText, explain, historyText, loadMessages, messagesOf } from '../../web/words/messages.ts';

const languages = ['vi', 'en'] as const;
await Promise.all(languages.map(loadMessages));

/** Every text of a dictionary by its path. Functions get names and numbers that nobody would write by hand. */
const textsOf = (value: unknown, path = ''): readonly (readonly [string, string])[] => {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value === 'function')
    return [[path, String(value.length === 2 ? value('⟨1⟩', { min: 1, max: 9 }) : value('⟨1⟩'))]];
  return Object.entries(value as object).flatMap(([name, inner]) => textsOf(inner, `${path}/${name}`));
};

/** The history states that core writes as text: `state: '…'` and the like. */
const historyStatesOfCore = (): readonly string[] => {
  const folder = fileURLToPath(new URL('../../core', import.meta.url));
  const text = readdirSync(folder)
    .filter((name) => name.endsWith('.ts') && name !== 'queue.ts')
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
  return [...text.matchAll(/(?:\{ |= )state: '(\w+)', detail|ChangedState = '(\w+)'/g)].map(
    ([, one, other]) => one ?? other ?? '',
  );
};

describe.each(languages)('The words of %s', (language) => {
  const words = messagesOf(language);

  test('Every problem has words of its own', () => {
    for (const code of new Set([...problemCodes, ...Object.keys(problemGuides)])) {
      expect([code, Object.hasOwn(words.problems, code)]).toEqual([code, true]);
    }
  });

  test('Every status, step, limit and product type has a word', () => {
    for (const status of orderStatuses) expect(words.orderStatuses[status]).not.toBe('');
    const states = [
      ...orderStatuses,
      ...historyStatesOfCore(),
      'stock_reserved',
      'partially_refunded',
      'disputed',
      'dispute_won',
      'dispute_lost',
      ...[...pipelines.values()].flatMap(({ steps }) => steps.map(({ historyState }) => historyState)),
    ];
    expect(states).toEqual(expect.arrayContaining(['refund_requested', 'quantity_changed', 'invoiced']));
    for (const state of states)
      expect([state, Object.hasOwn(words.historyStates, state)]).toEqual([state, true]);
    for (const limit of limitNames) expect(Object.hasOwn(words.limits, limit)).toBe(true);
    for (const type of pipelines.keys()) expect(words.catalogue.type(type)).not.toBe(type);
  });

  test('A word that is newer than the page is shown honestly', () => {
    expect(historyText('quality_checked', language)).toContain('quality checked');
    expect(words.catalogue.type('subscription')).toBe('subscription');
    expect(declineText('a_reason_of_tomorrow', language)).toBe(words.declines.card_declined);
    expect(historyText('toString', language)).toContain('toString');
  });

  test('No text is empty, shouts, or has a space at its ends', () => {
    const texts = textsOf(words);
    expect(texts.length).toBeGreaterThan(250);
    expect(texts.filter(([, text]) => text.trim() === '' || text !== text.trim())).toEqual([]);
    expect(texts.filter(([, text]) => /[!！]|\bOK\b/.test(text))).toEqual([]);
  });

  test('A function uses what it is given', () => {
    const unused = ['/limits/challenges', '/limits/pending_orders', '/cartPage/quantityProblem'];
    const isUsed = (path: string, text: string) => /⟨1⟩|\b[19]\b/.test(text) || unused.includes(path);
    const functions = textsOf(words).filter(([path]) => {
      const found = path
        .split('/')
        .slice(1)
        .reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], words);
      return typeof found === 'function' && !path.endsWith('quantityProblem');
    });
    expect(functions.length).toBeGreaterThan(20);
    expect(functions.filter(([path, text]) => !isUsed(path, text))).toEqual([]);
  });

  test('A large number of units is written in groups', () => {
    const { cartPage, catalogue, pay } = words;
    const limits = { min: 1, max: 10_000 };
    const [some, many] = language === 'vi' ? ['10.000', '100.000'] : ['10,000', '100,000'];
    expect(catalogue.left(100_000)).toContain(many);
    expect(pay.stock.left('Mug', 100_000)).toContain(many);
    for (const text of [
      catalogue.inCart(10_000),
      catalogue.added(10_000, 'Mug'),
      catalogue.quantityProblem('too_many', limits),
      cartPage.quantityProblem('too_many', limits),
      cartPage.changed('Mug', 10_000),
      pay.stock.take(10_000),
    ])
      expect(text).toContain(some);
  });

  test('A problem is explained, with the number of its request', () => {
    const problem = {
      status: 429,
      code: 'rate_limited',
      title: '',
      detail: '',
      instance: 'r1',
      retryAfterMs: 540_000,
      limit: 'declines',
    };
    const explained = explain({ kind: 'problem', problem }, language);
    expect(explained).toMatchObject({ title: words.problems.rate_limited.title, requestId: 'r1' });
    expect(explained.text).toMatch(/9 (minutes|phút)/);
    expect(explain({ kind: 'problem', problem: { ...problem, code: 'new' } }, language)).toMatchObject(
      words.otherProblem,
    );
    expect(explain({ kind: 'lost', requestId: 'r2', retryAfterMs: null }, language).requestId).toBe('r2');
  });
});

test('No page writes a quantity without the language of the page', () => {
  const folder = fileURLToPath(new URL('../../web', import.meta.url));
  const pages = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.tsx') && !/^(?:dist|gallery)\//.test(name),
  );
  expect(pages.length).toBeGreaterThan(100);
  const isBare = (name: string) =>
    /(?:× ?|>)\$?\{(?:order\.)?quantity\}/.test(readFileSync(join(folder, name), 'utf8'));
  expect(pages.filter(isBare)).toEqual([]);
});

describe('The two dictionaries', () => {
  test('Vietnamese is not left in English', () => {
    const english = new Map(textsOf(messagesOf('en')));
    const same = textsOf(messagesOf('vi'))
      .filter(([path, text]) => english.get(path) === text && !/quantityProblem|catalogue\/type/.test(path))
      .map(([path]) => path);
    expect(same).toEqual(['/frame/titleOf', '/signIn/email']);
  });
});
