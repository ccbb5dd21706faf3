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

type Call = {
  readonly method: 'charge' | 'cancel';
  readonly paymentId: string;
  readonly paymentMethod?: string;
};

/**
 * A provider that returns the outcomes of `script`, one for each call, and `succeeded` (or `cancelled`) after them. A
 * final outcome is remembered under its key, as `PaymentProvider` requires; `unavailable`, `unknown` and `processing`
 * are not.
 */
export const createScriptedProvider = (...script: ChargeOutcome[]) => {
  const calls: Call[] = [];
  const outcomes = new Map<string, ChargeOutcome>();

  const outcomeFor = (paymentId: string, defaultOutcome: ChargeOutcome): ChargeOutcome => {
    const scripted = script.shift();
    if (scripted !== undefined && transientKinds.has(scripted.kind)) return scripted;
    const remembered = outcomes.get(paymentId);
    const final = remembered?.kind === 'requires_action' ? undefined : remembered;
    const outcome = final ?? scripted ?? defaultOutcome;
    outcomes.set(paymentId, outcome);
    return outcome;
  };

  const provider: PaymentProvider = {
    ...unreachableProvider,
    charge: async ({ paymentId, method }: ChargeRequest) => {
      calls.push({ method: 'charge', paymentId, paymentMethod: method });
      return outcomeFor(paymentId, { kind: 'succeeded', reference: `ch_${outcomes.size + 1}` });
    },
    cancel: async ({ paymentId }) => {
      calls.push({ method: 'cancel', paymentId });
      return outcomeFor(paymentId, { kind: 'cancelled' });
    },
  };

  /** The charge succeeds under this key, but its response is lost. */
  const chargeWithLostResponse = (paymentId: string) => {
    outcomes.set(paymentId, { kind: 'succeeded', reference: 'ch_lost_response' });
  };

  const countCharges = () => [...outcomes.values()].filter(({ kind }) => kind === 'succeeded').length;

  return { ...provider, calls, countCharges, chargeWithLostResponse };
};

const transientKinds = new Set<ChargeOutcome['kind']>(['unavailable', 'unknown', 'processing']);

/** A provider that cannot be reached, has an empty ledger, and rejects the signature of every event. */
export const unreachableProvider: PaymentProvider = {
  name: 'unreachable',
  charge: async () => unreachable,
  cancel: async () => unreachable,
  cancelCharge: async () => unreachable,
  refund: async () => unreachable,
  readCharge: async () => ok(null),
  readLedger: async () => ok({ items: [], next: null }),
  readEvent: async () => err({ kind: 'signature_invalid', reason: 'it signs nothing' }),
};

const unreachable = { kind: 'unavailable', reason: 'not reached' } as const;

/** A provider whose refunds have the outcomes of `script`, one for each call, and succeed after them. */
export const createRefundingProvider = (...script: ProviderRefundOutcome[]) => {
  const requests: ProviderRefundRequest[] = [];
  const provider: PaymentProvider = {
    ...unreachableProvider,
    refund: async (request) => {
      requests.push(request);
      return script.shift() ?? { kind: 'succeeded', reference: `re_${requests.length}` };
    },
  };
  return { ...provider, requests };
};

/** A provider with these entries in its ledger, in pages of two. */
export const createProviderWithLedger = (entries: readonly LedgerEntry[]): PaymentProvider => ({
  ...unreachableProvider,
  readLedger: async ({ fromMs, toMs, after }) => {
    const rows = entries.filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
    const start = after === null ? 0 : Number(after);
    const next = start + 2 < rows.length ? String(start + 2) : null;
    return ok({ items: rows.slice(start, start + 2), next });
  },
});

/** A provider that accepts every event. The event is the request's body as JSON. */
export const trustingProvider: PaymentProvider = {
  ...unreachableProvider,
  readEvent: async ({ body }) => ok(JSON.parse(body) as ProviderEvent),
};
