import type { PaymentProvider } from '../../core/provider.ts';
import { type Timer, withTimeout } from '../../core/timer.ts';

/**
 * A provider that answers each charge and refund within `limitMs`, whatever becomes of the call. An answer that
 * comes later is dropped, for the provider remembers it under the key. A provider that throws leaves the outcome
 * unknown.
 */
export const withTimeLimit = (provider: PaymentProvider, timer: Timer, limitMs: number): PaymentProvider => {
  const limited = <Outcome>(call: () => Promise<Outcome>): Promise<Outcome | Unknown> =>
    withTimeout(timer, limitMs, attempt(call), () => unknown(`no answer within ${limitMs} ms`));
  return {
    name: provider.name,
    charge: (request) => limited(() => provider.charge(request)),
    cancel: (request) => limited(() => provider.cancel(request)),
    refund: (request) => limited(() => provider.refund(request)),
    readLedger: (query) => provider.readLedger(query),
    readEvent: (delivery, nowMs) => provider.readEvent(delivery, nowMs),
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
