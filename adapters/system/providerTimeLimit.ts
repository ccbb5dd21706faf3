import { err } from 'neverthrow';
import { messageOf } from '../../core/errorMessage.ts';
import type { PaymentProvider } from '../../core/provider.ts';
import type { AsyncResult } from '../../core/result.ts';
import { ledgerReadMs } from '../../core/stepDeadline.ts';
import { type Timer, withTimeout } from '../../core/timer.ts';

/**
 * A provider whose charges, cancellations and refunds end within `limitMs`. After that time the outcome is `unknown`,
 * and a later response is ignored: the provider stores it under the key. If the provider throws, the outcome is
 * `unknown`. Reads have at least `ledgerReadMs`, and are `unavailable` after it.
 */
export const withTimeLimit = (provider: PaymentProvider, timer: Timer, limitMs: number): PaymentProvider => {
  const limited = <Outcome>(call: () => Promise<Outcome>): Promise<Outcome | Unknown> =>
    withTimeout(timer, limitMs, attempt(call), () => unknown(`no answer within ${limitMs} ms`));
  const readMs = Math.max(limitMs, ledgerReadMs);
  const limitedRead = <T>(read: AsyncResult<T>): AsyncResult<T> =>
    withTimeout(timer, readMs, read, () =>
      err({ kind: 'unavailable', reason: `${provider.name}: no answer within ${readMs} ms` }),
    );
  return {
    name: provider.name,
    charge: (request) => limited(() => provider.charge(request)),
    cancel: (request) => limited(() => provider.cancel(request)),
    cancelCharge: (reference) => limited(() => provider.cancelCharge(reference)),
    refund: (request) => limited(() => provider.refund(request)),
    readCharge: (reference) => limitedRead(provider.readCharge(reference)),
    readLedger: (query) => limitedRead(provider.readLedger(query)),
    readEvent: (request, nowMs) => provider.readEvent(request, nowMs),
  };
};

type Unknown = { readonly kind: 'unknown'; readonly reason: string };

const unknown = (reason: string): Unknown => ({ kind: 'unknown', reason });

const attempt = async <Outcome>(call: () => Promise<Outcome>): Promise<Outcome | Unknown> => {
  try {
    return await call();
  } catch (cause) {
    return unknown(messageOf(cause));
  }
};
