import { describe, expect, test } from 'bun:test';
import { ok } from 'neverthrow';
import { withTimeLimit } from '../../adapters/system/providerTimeLimit.ts';
import type { PaymentProvider } from '../../core/provider.ts';
import { createManualTimer } from '../timer.ts';
import { createTestWorld } from '../world.ts';
import { chargeRequest } from './harness.ts';

type Outcome = { readonly kind: 'succeeded'; readonly reference: string };

const refundRequest = { refundId: 'r', reference: 'pi_1', amount: { amount: 1, currency: 'VND' } };
const calls: readonly [string, (provider: PaymentProvider) => Promise<{ readonly kind: string }>][] = [
  ['charge', (provider) => provider.charge(chargeRequest('a'))],
  ['cancel', (provider) => provider.cancel(chargeRequest('a'))],
  ['cancelCharge', (provider) => provider.cancelCharge('pi_1')],
  ['refund', (provider) => provider.refund(refundRequest)],
];

const providerOf = (respond: () => Promise<Outcome>, timer = createManualTimer(createTestWorld())) =>
  withTimeLimit(
    {
      name: 'slow',
      charge: respond,
      cancel: respond,
      cancelCharge: respond,
      refund: respond,
      readCharge: async () => ok(null),
      readLedger: async () => ok({ items: [], next: 'next' }),
      readEvent: async () => ok({ id: 'evt_1', type: 'any', subject: { kind: 'other' } }),
    },
    timer,
    10_000,
  );

describe.each(calls)('The time limit of %s', (name, call) => {
  test(`A ${name} in time returns its outcome and leaves no timer`, async () => {
    const timer = createManualTimer(createTestWorld());
    const outcome: Outcome = { kind: 'succeeded', reference: 'pi_1' };
    expect(await call(providerOf(async () => outcome, timer))).toEqual(outcome);
    expect(timer.alarms.size).toBe(0);
  });

  test(`A ${name} that takes too long has an unknown outcome, and its late result is ignored`, async () => {
    const timer = createManualTimer(createTestWorld());
    const late = Promise.withResolvers<Outcome>();
    const outcome = call(providerOf(() => late.promise, timer));
    await timer.advance(10_000);
    expect(await outcome).toEqual({ kind: 'unknown', reason: 'no answer within 10000 ms' } as {
      kind: string;
    });
    late.reject(new Error('too late'));
    // Without the limit it would never end.
  }, 5_000);

  test(`A ${name} that throws has an unknown outcome`, async () => {
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

test('The time limit changes neither the name nor the ledger and events of a provider', async () => {
  const provider = providerOf(() => Promise.reject(new Error('broken')));
  expect(provider.name).toBe('slow');
  expect((await provider.readLedger({ fromMs: 0, toMs: 1, after: null }))._unsafeUnwrap().next).toBe('next');
  const read = await provider.readEvent({ body: '', header: () => null }, 0);
  expect(read._unsafeUnwrap().id).toBe('evt_1');
});

test('A ledger or a charge that is not read in time is unavailable, after 30 s at the earliest', async () => {
  const never = () => new Promise<never>(() => {});
  const timer = createManualTimer(createTestWorld());
  const provider = withTimeLimit(
    { ...providerOf(never), readCharge: never, readLedger: never, name: 'slow' },
    timer,
    10_000,
  );
  for (const read of [
    () => provider.readLedger({ fromMs: 0, toMs: 1, after: null }),
    () => provider.readCharge('pi_1'),
  ]) {
    const result = read();
    let isOver = false;
    void result.then(() => {
      isOver = true;
    });
    await timer.advance(29_999);
    expect(isOver).toBe(false);
    await timer.advance(1);
    const failure = { kind: 'unavailable', reason: 'slow: no answer within 30000 ms' } as const;
    expect((await result)._unsafeUnwrapErr()).toEqual(failure);
  }
});
