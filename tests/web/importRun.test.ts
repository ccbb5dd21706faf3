import { describe, expect, test } from 'bun:test';
import { array, assert, asyncProperty, boolean, constantFrom, integer, record } from 'fast-check';
import { createImportRun, type RunState, type Written } from '../../web/console/products/importRun.ts';
import type { Draft } from '../../web/console/products/judgeRows.ts';
import type { Outcome, Problem } from '../../web/shared/outcome.ts';

const draftOf = (code: string, more: Partial<Draft> = {}): Draft => ({
  code,
  name: 'Áo',
  type: 'physical',
  price: { amount: 1, currency: 'VND' },
  ...more,
});
const rowsOf = (count: number, more: Partial<Draft> = {}) =>
  Array.from({ length: count }, (_, index) => ({
    number: index + 2,
    draft: draftOf(`P-${index + 2}`, more),
  }));

const problemOf = (status: number, code: string, errors?: Problem['errors']): Outcome<Written> => {
  const problem = { status, code, title: '', detail: '', instance: 'r1', retryAfterMs: null };
  return { kind: 'problem', problem: errors === undefined ? problem : { ...problem, errors } };
};
const lost: Outcome<Written> = { kind: 'lost', requestId: 'r1', retryAfterMs: null };
const ok = (value: Written): Outcome<Written> => ({
  kind: 'ok',
  value,
  status: 200,
  requestId: 'r1',
  replayed: false,
});

/** Like the API: all of a slice or nothing, and at most 20 errors. It refuses new products without a stock. */
const createModelShop = (known: readonly string[] = []) => {
  const stored = new Map<string, Draft>(known.map((code) => [code, draftOf(code)]));
  const slices: number[] = [];
  return {
    stored,
    slices,
    post: (drafts: readonly Draft[]): Outcome<Written> => {
      slices.push(drafts.length);
      if (JSON.stringify(drafts).length > 1_048_576) return problemOf(413, 'body_too_large');
      if (drafts.length > 1_000)
        return problemOf(422, 'validation_failed', [{ path: '', message: 'too many' }]);
      const errors = drafts.flatMap(({ code, stock }, index) =>
        stock === undefined && !stored.has(code)
          ? [{ path: `/${index}/stock`, message: 'A new product needs a stock, or null' }]
          : [],
      );
      if (errors.length > 20)
        errors.splice(19, errors.length, {
          path: errors[19]?.path ?? '',
          message: `${errors.length - 19} more errors are not listed`,
        });
      if (errors.length > 0) return problemOf(422, 'validation_failed', errors);
      const created = drafts.filter(({ code }) => !stored.has(code)).length;
      for (const draft of drafts) stored.set(draft.code, draft);
      return ok({ created, updated: drafts.length - created });
    },
  };
};

describe('An import', () => {
  test('5,000 rows go in slices of at most 1,000, and each counts', async () => {
    const shop = createModelShop(['P-2']);
    const seen: RunState[] = [];
    const run = createImportRun(rowsOf(5_000, { stock: 1 }), {
      send: async (drafts) => shop.post(drafts),
      show: (state) => seen.push(state),
    });
    await run.start();
    expect(shop.slices).toEqual([1_000, 1_000, 1_000, 1_000, 1_000]);
    expect(run.state()).toMatchObject({
      kind: 'done',
      settled: 5_000,
      created: 4_999,
      updated: 1,
      waiting: [],
    });
    expect(seen.map(({ settled }) => settled)).toEqual(
      seen.map(({ settled }) => settled).toSorted((a, b) => a - b),
    );
  });

  test('A slice is under 1 MiB, however long its rows are', async () => {
    const shop = createModelShop();
    const imageUrl = `https://example.com/${'ả'.repeat(1_900)}`;
    const run = createImportRun(rowsOf(1_000, { stock: 1, imageUrl }), {
      send: async (drafts) => {
        expect(new TextEncoder().encode(JSON.stringify(drafts)).length).toBeLessThan(1_048_576);
        return shop.post(drafts);
      },
      show: () => {},
    });
    await run.start();
    expect([run.state().kind, shop.stored.size]).toEqual(['done', 1_000]);
  });

  test('New products without a stock leave their slice, and all others are taken', async () => {
    const known = rowsOf(100).map(({ draft }) => draft.code);
    const shop = createModelShop(known.filter((_, index) => index % 2 === 0));
    const run = createImportRun(rowsOf(100), { send: async (drafts) => shop.post(drafts), show: () => {} });
    await run.start();
    const { kind, updated, refused, settled } = run.state();
    expect({ kind, updated, settled, refused: refused.size }).toEqual({
      kind: 'done',
      updated: 50,
      settled: 100,
      refused: 50,
    });
    expect(refused.get(3)).toEqual({ kind: 'stock_needed' });
    expect(shop.stored.size).toBe(50);
  });

  test('A row that is refused for another reason has the words of the shop', async () => {
    let asked = 0;
    const run = createImportRun(rowsOf(2, { stock: 1 }), {
      send: async () =>
        asked++ === 0
          ? problemOf(422, 'validation_failed', [{ path: '/1/type', message: 'Expected one of …' }])
          : ok({ created: 1, updated: 0 }),
      show: () => {},
    });
    await run.start();
    expect([...run.state().refused]).toEqual([[3, { kind: 'refused', message: 'Expected one of …' }]]);
    expect(run.state()).toMatchObject({ kind: 'done', created: 1 });
  });

  test('It stops after the slice that is under way, and goes on from there', async () => {
    const shop = createModelShop();
    const run = createImportRun(rowsOf(2_500, { stock: 1 }), {
      send: async (drafts) => {
        if (shop.slices.length === 0) run.stop();
        return shop.post(drafts);
      },
      show: () => {},
    });
    await run.start();
    expect(run.state()).toMatchObject({ kind: 'stopped', settled: 1_000, created: 1_000 });
    expect(run.state().waiting).toHaveLength(1_500);
    await run.start();
    expect(run.state()).toMatchObject({ kind: 'done', settled: 2_500, created: 2_500 });
    expect(shop.slices).toEqual([1_000, 1_000, 500]);
  });

  test('Two presses at once send once', async () => {
    const shop = createModelShop();
    const run = createImportRun(rowsOf(1_500, { stock: 1 }), {
      send: async (drafts) => shop.post(drafts),
      show: () => {},
    });
    await Promise.all([run.start(), run.start()]);
    expect(shop.slices).toEqual([1_000, 500]);
    await run.start();
    expect(shop.slices).toHaveLength(2);
  });

  test('A stop that is taken back at once changes nothing', async () => {
    const shop = createModelShop();
    const run = createImportRun(rowsOf(1_500, { stock: 1 }), {
      send: async (drafts) => {
        run.stop();
        await run.start();
        return shop.post(drafts);
      },
      show: () => {},
    });
    await run.start();
    expect([run.state().kind, shop.slices]).toEqual(['done', [1_000, 500]]);
  });

  test.each([
    ['the answer is lost', lost],
    ['the session has ended', { kind: 'signed_out', problem: { status: 401 } } as Outcome<Written>],
    ['the shop is not available', problemOf(503, 'unavailable')],
    ['the account may not do it', problemOf(403, 'forbidden')],
    ['the whole request is refused', problemOf(422, 'validation_failed', [{ path: '', message: 'no' }])],
  ])('Where %s it waits, and the same rows go again', async (_, failure) => {
    const shop = createModelShop();
    let asked = 0;
    const run = createImportRun(rowsOf(1_500, { stock: 1 }), {
      send: async (drafts) => (++asked === 2 ? failure : shop.post(drafts)),
      show: () => {},
    });
    await run.start();
    expect(run.state()).toMatchObject({ kind: 'stopped', settled: 1_000, failure });
    await run.start();
    expect(run.state()).toMatchObject({ kind: 'done', settled: 1_500, failure: null });
    expect(shop.stored.size).toBe(1_500);
  });

  test('Whatever happens on the way, each row is taken or refused once it is done, and none is lost', async () => {
    const happens = array(constantFrom('sends', 'loses_request', 'loses_answer', 'stops', 'down'), {
      maxLength: 12,
    });
    const rows = array(record({ isKnown: boolean(), hasStock: boolean() }), { minLength: 1, maxLength: 60 });
    await assert(
      asyncProperty(rows, happens, integer({ min: 1, max: 30 }), async (kinds, events, max) => {
        const drafts = rowsOf(kinds.length).map(({ number, draft }, index) => ({
          number,
          draft: kinds[index]?.hasStock === true ? { ...draft, stock: 1 } : draft,
        }));
        const shop = createModelShop(
          drafts.filter((_, index) => kinds[index]?.isKnown).map(({ draft }) => draft.code),
        );
        const left = [...events];
        const run = createImportRun(drafts, {
          send: async (slice) => {
            const event = left.shift() ?? 'sends';
            if (event === 'stops') run.stop();
            if (event === 'loses_request') return lost;
            if (event === 'down') return problemOf(503, 'unavailable');
            if (slice.length > max) return problemOf(413, 'body_too_large');
            const outcome = shop.post(slice);
            return event === 'loses_answer' ? lost : outcome;
          },
          show: (state) => {
            expect(state.settled + state.waiting.length).toBe(state.total);
          },
        });
        for (let starts = 0; run.state().kind !== 'done' && starts < 100; starts++) await run.start();
        const { kind, refused } = run.state();
        expect(kind).toBe('done');
        for (const [index, { number, draft }] of drafts.entries()) {
          const isRefused = kinds[index]?.isKnown === false && kinds[index]?.hasStock === false;
          expect([refused.has(number), shop.stored.has(draft.code)]).toEqual([isRefused, !isRefused]);
        }
      }),
      { numRuns: 300 },
    );
  });
});
