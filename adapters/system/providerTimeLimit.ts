import type { PaymentProvider } from '../../core/provider.ts';
import { type Timer, withTimeout } from '../../core/timer.ts';

/**
 * A provider whose charges, cancellations and refunds end within `limitMs`. After that time the outcome is `unknown`,
 * and a later response is ignored: the provider stores it under the key. If the provider throws, the outcome is
 * `unknown`.
 */
export const withTimeLimit = (provider: PaymentProvider, timer: Timer, limitMs: number): PaymentProvider => {
  const limited = <Outcome>(call: () => Promise<Outcome>): Promise<Outcome | Unknown> =>
    withTimeout(timer, limitMs, attempt(call), () => unknown(`no answer within ${limitMs} ms`));
  return {
    name: provider.name,
    charge: (request) => limited(() => provider.charge(request)),
    cancel: (request) => limited(() => provider.cancel(request)),
    refund: (request) => limited(() => provider.refund(request)),
    readCharge: (reference) => provider.readCharge(reference),
    readLedger: (query) => provider.readLedger(query),
    readEvent: (request, nowMs) => provider.readEvent(request, nowMs),
  };
};

type Unknown = { readonly kind: 'unknown'; readonly reason: string };

const unknown = (reason: string): Unknown => ({ kind: 'unknown', reason });

const attempt = async <Outcome>(call: () => Promise<Outcome>): Promise<Outcome | Unknown> => {
  try {
    return await call();
  } catch (cause) {
    return unknown(cause instanceof Error ? cause.message : String(cause));
  }
};
