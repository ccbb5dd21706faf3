import { describe, expect, test } from 'bun:test';
import { ok } from 'neverthrow';
import { withTimeLimit } from '../../adapters/system/providerTimeLimit.ts';
import type { PaymentProvider } from '../../core/provider.ts';
import { manualTimer } from '../timer.ts';
import { testWorld } from '../world.ts';
import { request } from './harness.ts';

type Outcome = { readonly kind: 'succeeded'; readonly reference: string };

const back = { refundId: 'r', reference: 'pi_1', amount: { amount: 1, currency: 'VND' } };
const verbs: readonly [string, (provider: PaymentProvider) => Promise<{ readonly kind: string }>][] = [
  ['charge', (provider) => provider.charge(request('a'))],
  ['cancel', (provider) => provider.cancel(request('a'))],
  ['giveBack', (provider) => provider.refund(back)],
];

const providerOf = (answer: () => Promise<Outcome>, timer = manualTimer(testWorld())) =>
  withTimeLimit(
    {
      name: 'slow',
      charge: answer,
      cancel: answer,
      refund: answer,
      readLedger: async () => ok({ items: [], next: 'next' }),
      readEvent: async () => ok({ id: 'evt_1', type: 'any', subject: { kind: 'other' } }),
    },
    timer,
    10_000,
  );

describe.each(verbs)('time limit, %s', (_, call) => {
  test('an answer in time is passed on, and no timer is left', async () => {
    const timer = manualTimer(testWorld());
    const outcome: Outcome = { kind: 'succeeded', reference: 'pi_1' };
    expect(await call(providerOf(async () => outcome, timer))).toEqual(outcome);
    expect(timer.alarms.size).toBe(0);
  });

  test('no answer in time is an unknown outcome, and an answer that comes later is dropped', async () => {
    const timer = manualTimer(testWorld());
    const late = Promise.withResolvers<Outcome>();
    const outcome = call(providerOf(() => late.promise, timer));
    await timer.advance(10_000);
    expect(await outcome).toEqual({ kind: 'unknown', reason: 'no answer within 10000 ms' } as {
      kind: string;
    });
    late.reject(new Error('too late'));
  });

  test('a provider that fails leaves the outcome unknown', async () => {
    const unknown: { readonly kind: string; readonly reason: string } = { kind: 'unknown', reason: 'broken' };
    expect(await call(providerOf(() => Promise.reject(new Error('broken'))))).toEqual(unknown);
    expect(
      await call(
        providerOf(() => {
          throw new Error('broken');
        }),
      ),
    ).toEqual(unknown);
  });
});

test('time limit: the rest is passed through', async () => {
  const provider = providerOf(() => Promise.reject(new Error('broken')));
  expect(provider.name).toBe('slow');
  expect((await provider.readLedger({ fromMs: 0, toMs: 1, after: null }))._unsafeUnwrap().next).toBe('next');
  const read = await provider.readEvent({ body: '', header: () => null }, 0);
  expect(read._unsafeUnwrap().id).toBe('evt_1');
});
