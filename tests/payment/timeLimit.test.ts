import { describe, expect, jest, test } from 'bun:test';
import { withTimeLimit } from '../../adapters/payment/timeLimit.ts';
import type { ChargeOutcome, PaymentProvider } from '../../core/payment.ts';
import { request } from './provider.ts';

const verbs: readonly [string, (provider: PaymentProvider) => Promise<ChargeOutcome>][] = [
  ['charge', (provider) => provider.charge(request('a'))],
  ['cancel', (provider) => provider.cancel('a')],
];

describe.each(verbs)('time limit, %s', (_, call) => {
  const providerOf = (answer: () => Promise<ChargeOutcome>) =>
    withTimeLimit({ charge: answer, cancel: answer }, 10_000);

  test('an answer in time is passed on, and no timer is left', async () => {
    jest.useFakeTimers();
    try {
      const outcome: ChargeOutcome = { kind: 'declined', declineCode: 'card_declined' };
      expect(await call(providerOf(async () => outcome))).toEqual(outcome);
      expect(jest.getTimerCount()).toBe(0);
    } finally {
      jest.useRealTimers();
    }
  });

  test('no answer in time is an unknown outcome, and what comes later is not listened to', async () => {
    jest.useFakeTimers();
    try {
      const late = Promise.withResolvers<ChargeOutcome>();
      const outcome = call(providerOf(() => late.promise));
      jest.advanceTimersByTime(10_000);
      expect(await outcome).toEqual({ kind: 'unknown', reason: 'no answer within 10000 ms' });
      late.reject(new Error('too late'));
    } finally {
      jest.useRealTimers();
    }
  });

  test('a provider that fails leaves the outcome unknown', async () => {
    const unknown = { kind: 'unknown', reason: 'broken' } as const;
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
