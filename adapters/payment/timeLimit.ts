import type { PaymentProvider } from '../../core/payment.ts';

/**
 * A provider whose charges and returns are answered within `limitMs`, whatever becomes of the call. What comes
 * later is not listened to, for it is in the provider's memory; nor does a provider that throws make the
 * outcome known.
 */
export const withTimeLimit = (provider: PaymentProvider, limitMs: number): PaymentProvider => ({
  name: provider.name,
  charge: (request) => limited(() => provider.charge(request), limitMs),
  cancel: (request) => limited(() => provider.cancel(request), limitMs),
  giveBack: (request) => limited(() => provider.giveBack(request), limitMs),
  readLedger: (query) => provider.readLedger(query),
  readEvent: (delivery, nowMs) => provider.readEvent(delivery, nowMs),
});

type Unknown = { readonly kind: 'unknown'; readonly reason: string };

const limited = <Outcome>(call: () => Promise<Outcome>, limitMs: number): Promise<Outcome | Unknown> =>
  new Promise((resolve) => {
    const answer = (outcome: Outcome | Unknown) => {
      clearTimeout(timer);
      resolve(outcome);
    };
    const unknown = (reason: string) => answer({ kind: 'unknown', reason });
    const timer = setTimeout(() => unknown(`no answer within ${limitMs} ms`), limitMs);
    const failed = (cause: unknown) => unknown(cause instanceof Error ? cause.message : String(cause));
    try {
      call().then(answer, failed);
    } catch (cause) {
      failed(cause);
    }
  });
