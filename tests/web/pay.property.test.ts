import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { flush, ModelBrowser } from './modelBrowser.ts';
import { ModelShop, type Refusal, refusals, type Verdict, verdicts } from './modelShop.ts';

/**
 * Every order of answers, reloads, sign-outs and clicks in two windows of a browser, over a shop that keeps the
 * contract. The model says what must never happen: see `violations`.
 */

const orderIds = ['o1', 'o2', 'o3'];
const methods = ['card', 'other card'];

const windowIndex = fc.nat(1);
const someOrders = fc.subarray(orderIds, { minLength: 1 });
const exchange = fc.nat(5);

const command = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('press' as const),
      window: windowIndex,
      orders: someOrders,
      method: fc.constantFrom(...methods),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('pressBoth' as const), orders: someOrders, others: someOrders }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('arrive' as const), exchange }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('answer' as const), exchange }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('lose' as const), exchange }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('tick' as const), window: windowIndex }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('reload' as const), window: windowIndex }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('resume' as const), window: windowIndex }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('signIn' as const), as: fc.constantFrom('a', 'b', null) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'stop' as const,
        'stop' as const,
        'goOn' as const,
        'giveUp' as const,
        'close' as const,
      ),
      window: windowIndex,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('settle' as const, 'wait' as const) }) },
);
type Command = typeof command extends fc.Arbitrary<infer Value> ? Value : never;

const run = (browser: ModelBrowser, step: Command): void => {
  switch (step.do) {
    case 'press':
      void browser.windows[step.window]?.pay.start(step.orders, step.method);
      // The second click of a double click comes before anything else can happen.
      void browser.windows[step.window]?.pay.start(step.orders, step.method);
      return;
    case 'pressBoth':
      void browser.windows[0]?.pay.start(step.orders, 'card');
      void browser.windows[1]?.pay.start(step.others, 'other card');
      return;
    case 'arrive':
    case 'answer':
    case 'lose':
      browser.exchanges[step.exchange % browser.exchanges.length]?.[step.do]();
      return;
    case 'tick':
      browser.tick(step.window);
      return;
    case 'reload':
      browser.reload(step.window);
      return;
    case 'signIn':
      browser.signIn(step.as);
      return;
    case 'settle':
      browser.shop.settle();
      return;
    case 'wait':
      browser.wait();
      return;
    default:
      void browser.windows[step.window]?.pay[step.do]();
  }
};

const press: Command = { do: 'press', window: 0, orders: ['o1'], method: 'card' };
const answer: Command = { do: 'answer', exchange: 0 };

type Run = [Command[], Verdict[], (Refusal | undefined)[]];

/** The short ways to the rarer states, so that each run comes to all of them. */
const shortWays: readonly Run[] = [
  [[press, answer, { do: 'stop', window: 0 }], ['unavailable'], []],
  [[press, answer, { do: 'settle' }, { do: 'tick', window: 0 }, answer], ['late_cancel'], []],
  [[press, answer], ['decline'], []],
  [[press, answer], ['challenge_succeed'], []],
  [[press, answer, answer], [], ['rate_limited']],
  [[{ do: 'signIn', as: null }, press, answer], [], []],
  [[press, { do: 'wait' }, { do: 'reload', window: 0 }, answer], [], []],
  [[press, { do: 'resume', window: 1 }, answer], [], []],
  [
    [press, { do: 'resume', window: 1 }, { do: 'lose', exchange: 1 }, answer, { do: 'tick', window: 1 }],
    [],
    [],
  ],
];

/** The network works again, the bank decides, and the customer is there. */
const heal = async (browser: ModelBrowser): Promise<void> => {
  browser.signIn('a');
  browser.shop.verdicts.length = 0;
  browser.shop.refusals.length = 0;
  for (let round = 0; round < 120; round++) {
    browser.shop.settle();
    for (const each of [...browser.exchanges]) each.answer();
    await flush();
    for (const [index, { pay }] of browser.windows.entries()) {
      void pay.resume();
      void pay.goOn();
      // A pause ends only where the page can be seen, so the customer looks at one window for a while, and at the other.
      if (index === Math.floor(round / 20) % 2) browser.tick(index);
    }
    browser.nowMs += 5_000;
    await flush();
  }
};

describe.each([{ hasLocks: true }, { hasLocks: false }])(
  'A payment in a browser, locks: $hasLocks',
  (options) => {
    test('One key goes on until a final answer, and all windows come to the truth', async () => {
      const ends = new Set<string>();
      await fc.assert(
        fc.asyncProperty(
          fc.array(command, { minLength: 10, maxLength: 60, size: 'max' }),
          fc.array(fc.constantFrom(...verdicts, 'unavailable' as const), { maxLength: 8 }),
          fc.array(fc.option(fc.constantFrom(...refusals), { nil: undefined, freq: 2 }), { maxLength: 3 }),
          async (commands, bank, refused) => {
            const shop = new ModelShop(orderIds);
            shop.verdicts.push(...bank);
            shop.refusals.push(...refused.filter((each) => each !== undefined));
            const browser = new ModelBrowser(shop, options);
            for (const step of commands) {
              run(browser, step);
              await flush();
              browser.checkOffers();
              expect(browser.violations).toEqual([]);
            }
            for (const phase of browser.phases) ends.add(phase);
            await heal(browser);
            expect(browser.violations).toEqual([]);
            expect([...browser.kept.keys()]).toEqual([]);
            for (const { pay } of browser.windows)
              expect(['idle', 'paid', 'declined', 'cancelled', 'refused', 'stopped', 'elsewhere']).toContain(
                pay.state().phase,
              );
            for (const id of orderIds)
              expect(shop.charges.filter((charge) => charge.orderIds.includes(id)).length).toBeLessThan(2);
          },
        ),
        { numRuns: 300, examples: [...shortWays] },
      );
      // The property means nothing if it never comes to these states.
      expect([...ends].sort()).toEqual([
        'action',
        'asking',
        'cancelled',
        'confirming',
        'declined',
        'elsewhere',
        'idle',
        'paid',
        'refused',
        'retrying',
        'signed_out',
        'stale',
        'stopped',
      ]);
    }, 60_000);
  },
);
