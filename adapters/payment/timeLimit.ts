import type { ChargeOutcome, PaymentProvider } from '../../core/payment.ts';

/**
 * A provider that answers within `limitMs`, whatever becomes of the call. What comes later is not listened to,
 * for it is in the provider's memory; nor does a provider that throws make the outcome known.
 */
export const withTimeLimit = (provider: PaymentProvider, limitMs: number): PaymentProvider => ({
  charge: (request) => limited(() => provider.charge(request), limitMs),
  cancel: (paymentId) => limited(() => provider.cancel(paymentId), limitMs),
});

const limited = (call: () => Promise<ChargeOutcome>, limitMs: number): Promise<ChargeOutcome> =>
  new Promise((resolve) => {
    const answer = (outcome: ChargeOutcome) => {
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
