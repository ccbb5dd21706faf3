import { describe, expect, test } from 'bun:test';
import type { Outcome, Problem } from '../../web/shared/outcome.ts';
import {
  type Asking,
  type Attempt,
  afterExamination,
  afterLook,
  afterPost,
  followed,
} from '../../web/shared/payStates.ts';

const attempt: Attempt = {
  key: 'k1',
  orderIds: ['o1', 'o2'],
  method: 'card',
  checkoutId: null,
  startedAtMs: 0,
  unansweredAtMs: null,
  sends: 1,
};
const asking: Asking = { phase: 'asking', attempt, isNew: false, tries: 0 };
const refusal = (status: number, code: string, more: Partial<Problem> = {}): Outcome<never> => ({
  kind: 'problem',
  problem: { status, code, title: '', detail: '', instance: 'r', retryAfterMs: null, ...more },
});

describe('An answer', () => {
  test.each(['order_in_progress', 'order_not_payable', 'out_of_stock'])(
    'The conflict %s is final',
    (code) => {
      expect(afterPost(asking, refusal(409, code), 0).phase).toBe('refused');
    },
  );

  test.each([
    [408, 'request_timeout'],
    [409, 'a_word_of_tomorrow'],
    [500, 'internal'],
    [503, 'unavailable'],
  ])('%i %s says nothing final, so the same key is sent again', (status, code) => {
    expect(afterPost(asking, refusal(status, code), 0).phase).toBe('retrying');
  });

  test('A refusal is final only when no earlier request can arrive any more', () => {
    const unsure = { ...asking, attempt: { ...attempt, unansweredAtMs: 1_000 } };
    expect(afterPost(unsure, refusal(409, 'out_of_stock'), 60_999).phase).toBe('retrying');
    expect(afterPost(unsure, refusal(409, 'out_of_stock'), 61_000).phase).toBe('refused');
  });

  test('A retry waits as long as the shop asks, and longer each time', () => {
    const after = (tries: number, retryAfterMs: number | null) => {
      const next = afterPost({ ...asking, tries }, refusal(503, 'unavailable', { retryAfterMs }), 0);
      return next.phase === 'retrying' ? next.pauseMs : null;
    };
    expect([after(0, null), after(0, 7_000), after(2, 1_000), after(50, null)]).toEqual([
      1_000, 7_000, 4_000, 30_000,
    ]);
  });

  test('A checkout that still runs is followed', () => {
    const next = afterPost(asking, refusal(409, 'checkout_in_progress', { checkoutId: 'c1' }), 0);
    expect(next).toMatchObject({ phase: 'confirming', checkoutId: 'c1', attempt: { checkoutId: 'c1' } });
  });

  test('A look that fails changes nothing but the pause', () => {
    const following = followed(attempt, 'c1');
    const lost = { kind: 'lost', requestId: 'r', retryAfterMs: null } as const;
    expect(afterLook(following, lost, 0)).toMatchObject({ phase: 'confirming', looks: 1, trouble: lost });
    expect(afterLook(following, refusal(503, 'unavailable'), 0).phase).toBe('confirming');
  });

  test('A checkout that cannot be found is asked for by its key, where we have it', () => {
    const missing = refusal(404, 'not_found');
    expect(afterLook(followed(attempt, 'c1'), missing, 0).phase).toBe('retrying');
    expect(afterLook(followed(null, 'c1'), missing, 0).phase).toBe('refused');
  });

  test('Nobody stops an attempt while a request of it may still arrive', () => {
    const unsure = { ...attempt, unansweredAtMs: 1_000 };
    const refused = refusal(503, 'payment_unavailable');
    const after = (nowMs: number) => afterPost({ ...asking, attempt: unsure }, refused, nowMs);
    expect(after(60_999)).toMatchObject({ canStop: false });
    expect(after(61_000)).toMatchObject({ canStop: true });
    const order = {
      kind: 'ok',
      value: { status: 'pending', checkoutId: null },
      status: 200,
      requestId: 'r',
      replayed: false,
    } as const;
    expect(afterExamination(unsure, order, 60_999)).toMatchObject({ isUntouched: null });
    expect(afterExamination(unsure, order, 61_000)).toMatchObject({ isUntouched: true });
  });
});
