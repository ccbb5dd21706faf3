import { describe, expect, test } from 'bun:test';
import type { Problem } from '../../web/shared/outcome.ts';
import { type Attempt, followed, type PayState, type ShownCheckout } from '../../web/shared/payStates.ts';
import { describePay, type PayContext, payActionLabel } from '../../web/words/describePay.ts';
import { loadMessages, messagesOf } from '../../web/words/messages.ts';

await loadMessages('en');
await loadMessages('vi');

const attempt: Attempt = {
  key: 'k1',
  orderIds: ['o1'],
  method: 'card',
  checkoutId: null,
  startedAtMs: Date.parse('2026-01-01T14:02:00.000Z'),
  unansweredAtMs: null,
  sends: 1,
};
const problem = (status: number, code: string, more: Partial<Problem> = {}): Problem => ({
  status,
  code,
  title: '',
  detail: '',
  instance: 'r1',
  retryAfterMs: null,
  ...more,
});
const refused = (code: string, more: Partial<Problem> = {}): PayState => ({
  phase: 'refused',
  attempt,
  problem: problem(409, code, more),
});
const retrying = (code: string, canStop: boolean): PayState => ({
  phase: 'retrying',
  attempt,
  tries: 2,
  trouble: { kind: 'problem', problem: problem(503, code) },
  pauseMs: 8_000,
  canStop,
});
const checkout = { checkoutId: 'c1' } as ShownCheckout;

const states: readonly PayState[] = [
  { phase: 'asking', attempt, isNew: true, tries: 0 },
  retrying('unavailable', false),
  retrying('payment_unavailable', true),
  { phase: 'stale', attempt, isUntouched: null },
  { ...followed(attempt, 'c1'), checkout: { ...checkout, status: 'unknown' } },
  { ...followed(attempt, 'c1'), phase: 'action' },
  { phase: 'signed_out', attempt, checkoutId: null },
  { phase: 'forbidden', attempt, checkoutId: null },
  { phase: 'paid', attempt, checkout },
  { phase: 'cancelled', attempt, checkout },
  { phase: 'declined', attempt, checkoutId: 'c1', declineCode: 'insufficient_funds' },
  { phase: 'stopped', attempt },
  { phase: 'elsewhere', attempt },
  refused('mixed_currency'),
  { phase: 'refused', attempt: null, problem: problem(404, 'not_found') },
];

const contextOf = (language: 'vi' | 'en'): PayContext => ({
  language,
  nameOf: (id) => (id === 'o1' ? 'Áo thun nam' : null),
  timeZone: 'UTC',
});
const english = (state: PayState) => describePay(state, contextOf('en'));

describe('What the payment page says', () => {
  test.each(['vi', 'en'] as const)('Every state has a title and a sentence in %s', (language) => {
    const titles = states.map((state) => {
      const described = describePay(state, contextOf(language));
      expect(described?.title).not.toBe('');
      expect(described?.lines.length).toBeGreaterThan(0);
      for (const action of described?.actions ?? []) expect(payActionLabel(action, language)).not.toBe('');
      return described?.title;
    });
    // The two states of retrying have one title.
    expect(new Set(titles).size).toBe(states.length - 1);
  });

  test('The bank is blamed for no answer only where the shop says that it gave none', () => {
    const following = followed(attempt, 'c1');
    const titleOf = (status: ShownCheckout['status']) =>
      english({ ...following, checkout: { ...checkout, status } })?.title;
    const { asking, confirming } = messagesOf('en').pay;
    expect(english(following)?.title).toBe(asking.title);
    expect(titleOf('processing')).toBe(asking.title);
    expect(titleOf('unknown')).toBe(confirming.title);
  });

  test('There is nothing to say without a payment', () => {
    expect(english({ phase: 'idle' })).toBeNull();
  });

  test('No state without a final answer offers to pay again', () => {
    const open = states.filter(({ phase }) =>
      ['asking', 'retrying', 'stale', 'confirming', 'action', 'signed_out', 'forbidden'].includes(phase),
    );
    expect(open).toHaveLength(8);
    for (const state of open) expect(english(state)?.actions).not.toContain('another_method');
  });

  test('A retry says how often it was tried, when it goes on, and whether money has moved', () => {
    const { retrying: words } = messagesOf('en').pay;
    expect(english(retrying('payment_unavailable', true))).toMatchObject({
      lines: [words.nothingCharged, words.text, 'Tried 2 times. Next try in 8 seconds.'],
      actions: ['try_now', 'stop'],
      requestId: 'r1',
    });
    expect(english(retrying('unavailable', false))).toMatchObject({ actions: ['try_now'] });
    expect(english(retrying('unavailable', false))?.lines.join(' ')).not.toContain('Nothing was charged');
  });

  test('A click of long ago has its time, and can be left only where nothing was charged', () => {
    const stale = (isUntouched: true | null) => english({ phase: 'stale', attempt, isUntouched });
    expect(stale(null)?.lines[0]).toMatch(/\d{4}, 2:02\sPM/);
    expect([stale(null)?.actions, stale(true)?.actions]).toEqual([['go_on'], ['go_on', 'leave']]);
  });

  test('A decline has its reason', () => {
    const { declines, pay } = messagesOf('en');
    expect(
      english({ phase: 'declined', attempt, checkoutId: null, declineCode: 'expired_card' })?.lines,
    ).toEqual([declines.expired_card, pay.declined.text]);
  });

  test('What one has paid elsewhere is named, in a calm look', () => {
    const described = english(
      refused('order_not_payable', { orders: [{ orderId: 'o1', status: 'completed' }] }),
    );
    expect(described).toMatchObject({ look: 'settled', title: 'Already paid', requestId: null });
    expect(described?.lines[0]).toStartWith('Áo thun nam is paid already');
  });

  test('What cannot be paid is named with what it is now', () => {
    const described = english(
      refused('order_not_payable', {
        orders: [
          { orderId: 'o1', status: 'cancelled' },
          { orderId: 'o2', status: 'refunded' },
        ],
      }),
    );
    expect(described?.look).toBe('stopped');
    expect(described?.lines).toEqual([
      'Áo thun nam was cancelled or has expired. Nothing was charged.',
      'An order: Refunded. Nothing was charged this time.',
    ]);
    expect(english(refused('order_in_progress', { orderIds: ['o1'] }))?.lines[0]).toStartWith(
      'Áo thun nam is being paid',
    );
  });

  test('What is out of stock is named with what is left', () => {
    const products = [
      { productId: 'p1', left: 2, orderIds: ['o1'] },
      { productId: 'p2', left: 0, orderIds: ['o2'] },
    ];
    expect(english(refused('out_of_stock', { products }))?.lines.slice(0, 2)).toEqual([
      'Áo thun nam: 2 left.',
      'An order is sold out.',
    ]);
  });

  test('Too many tries say when the next may be', () => {
    const tooMany = refused('rate_limited', { retryAfterMs: 540_000, limit: 'declines' });
    expect(english(tooMany)?.lines[0]).toContain('9 minutes');
  });
});
