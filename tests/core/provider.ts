import type { ChargeOutcome, ChargeRequest, PaymentProvider } from '../../core/payment.ts';

type Call = { readonly verb: 'charge' | 'cancel'; readonly paymentId: string; readonly method?: string };

/**
 * A provider that comes to the outcomes of `script`, one a call, and `succeeded` after those. What moved or
 * stopped money is remembered by its key, as `PaymentProvider` asks; what was lost on the way is not.
 */
export const scriptedProvider = (...script: ChargeOutcome[]) => {
  const calls: Call[] = [];
  const keys = new Map<string, ChargeOutcome>();

  const comeTo = (paymentId: string, fresh: ChargeOutcome): ChargeOutcome => {
    const scripted = script.shift();
    if (scripted?.kind === 'unavailable' || scripted?.kind === 'unknown') return scripted;
    const outcome = keys.get(paymentId) ?? scripted ?? fresh;
    keys.set(paymentId, outcome);
    return outcome;
  };

  const provider: PaymentProvider = {
    charge: async ({ paymentId, method }: ChargeRequest) => {
      calls.push({ verb: 'charge', paymentId, method });
      return comeTo(paymentId, { kind: 'succeeded', reference: `ch_${keys.size + 1}` });
    },
    cancel: async (paymentId) => {
      calls.push({ verb: 'cancel', paymentId });
      return comeTo(paymentId, { kind: 'cancelled' });
    },
  };

  /** The money moved under this key, and the answer that says so was lost. */
  const chargeUnseen = (paymentId: string) => {
    keys.set(paymentId, { kind: 'succeeded', reference: 'ch_unseen' });
  };

  const charged = () => [...keys.values()].filter(({ kind }) => kind === 'succeeded').length;

  return { ...provider, calls, charged, chargeUnseen };
};
