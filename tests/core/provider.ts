import { err, ok } from 'neverthrow';
import type {
  ChargeOutcome,
  ChargeRequest,
  LedgerEntry,
  PaymentProvider,
  ProviderEvent,
  ProviderRefundOutcome,
  ProviderRefundRequest,
} from '../../core/provider.ts';

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
    const stood = keys.get(paymentId);
    const outcome = (stood?.kind === 'requires_action' ? undefined : stood) ?? scripted ?? fresh;
    keys.set(paymentId, outcome);
    return outcome;
  };

  const provider: PaymentProvider = {
    ...silentProvider,
    charge: async ({ paymentId, method }: ChargeRequest) => {
      calls.push({ verb: 'charge', paymentId, method });
      return comeTo(paymentId, { kind: 'succeeded', reference: `ch_${keys.size + 1}` });
    },
    cancel: async ({ paymentId }) => {
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

/** A provider that is never reached, has nothing in its ledger and believes no event. */
export const silentProvider: PaymentProvider = {
  name: 'silent',
  charge: async () => unreached,
  cancel: async () => unreached,
  refund: async () => unreached,
  readLedger: async () => ok({ items: [], next: null }),
  readEvent: async () => err({ kind: 'signature_invalid', reason: 'it signs nothing' }),
};

const unreached = { kind: 'unavailable', reason: 'not reached' } as const;

/** One that gives back as `script` says, one outcome a call, and then succeeds. */
export const returningProvider = (...script: ProviderRefundOutcome[]) => {
  const asked: ProviderRefundRequest[] = [];
  const provider: PaymentProvider = {
    ...silentProvider,
    refund: async (request) => {
      asked.push(request);
      return script.shift() ?? { kind: 'succeeded', reference: `re_${asked.length}` };
    },
  };
  return { ...provider, asked };
};

/** One with these entries in its ledger, told in pages of two. */
export const ledgerOf = (entries: readonly LedgerEntry[]): PaymentProvider => ({
  ...silentProvider,
  readLedger: async ({ fromMs, toMs, after }) => {
    const rows = entries.filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
    const start = after === null ? 0 : Number(after);
    const next = start + 2 < rows.length ? String(start + 2) : null;
    return ok({ items: rows.slice(start, start + 2), next });
  },
});

/** One that believes every event, which is its body. */
export const trustingProvider: PaymentProvider = {
  ...silentProvider,
  readEvent: async ({ body }) => ok(JSON.parse(body) as ProviderEvent),
};
