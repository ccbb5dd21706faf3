import { err, ok, type Result } from 'neverthrow';
import { coalesce } from '../../core/coalesce.ts';
import type { Money } from '../../core/money.ts';
import type { Page } from '../../core/page.ts';
import type { Charge, ChargeOutcome, PaymentProvider } from '../../core/payment.ts';
import type { Answer } from '../../core/result.ts';
import type { World } from '../../core/world.ts';
import type { ChargeBook, ChargeQuery, EntryFailure } from './book.ts';

export type SimulatedProvider = PaymentProvider & {
  /** What it has in its books, newest first. A key that was cancelled before any charge stands there with nothing. */
  readonly list: (query: ChargeQuery) => Answer<Page<Charge, string>>;
};

/**
 * A payment provider that moves no money and keeps its word as a real one does: one result a key, for ever.
 * `methods` says how it treats each means of payment.
 */
export const simulatedProvider = (
  book: ChargeBook,
  world: World,
  { slowMs = 2_000 }: { readonly slowMs?: number } = {},
): SimulatedProvider => {
  const enter = coalesce<Charge, Entry>(
    async (charges) => {
      const entered = await book.enter(charges);
      return entered.isOk() ? entered.value.map((each) => ok(each)) : charges.map(() => err(entered.error));
    },
    limits,
    () => err({ kind: 'unavailable', reason: 'too many charges are waiting' }),
  );

  const charged = (paymentId: string, amount: Money, verdict: Verdict): Charge => {
    const nowMs = world.clock.nowMs();
    const id = `ch_${world.ids.next(nowMs).replaceAll('-', '')}`;
    return { id, idempotencyKey: paymentId, amount, ...verdict, createdAtMs: nowMs };
  };

  /** What stands under the key already, for methods that do more than write; null where nothing does. */
  const known = async (paymentId: string): Promise<ChargeOutcome | null> => {
    const found = await book.find(paymentId);
    if (found.isErr()) return found.error;
    return found.value === null ? null : outcomeOf(found.value);
  };

  return {
    charge: async ({ paymentId, amount, method }) => {
      const { verdict, manner } = methods.get(method) ?? unknownMethod;
      if (manner === 'slow' || manner === 'down') {
        const before = await known(paymentId);
        if (before !== null) return before;
        if (manner === 'down') return { kind: 'unavailable', reason: 'the provider takes no charges now' };
        await new Promise((resolve) => setTimeout(resolve, slowMs));
      }
      const charge = charged(paymentId, amount, verdict);
      const entry = await enter(charge);
      if (entry.isErr()) return entry.error;
      const first = entry.value.id === charge.id;
      return manner === 'lost' && first
        ? { kind: 'unknown', reason: 'the answer was lost' }
        : outcomeOf(entry.value);
    },

    cancel: async (paymentId) => {
      const entry = await enter(charged(paymentId, nothing, { status: 'cancelled', declineCode: null }));
      return entry.isErr() ? entry.error : outcomeOf(entry.value);
    },

    list: (query) => book.list(query),
  };
};

type Entry = Result<Charge, EntryFailure>;

type Verdict = Pick<Charge, 'status' | 'declineCode'>;

/**
 * `slow`: the charge is made after two seconds. `lost`: it is made, and the first answer does not arrive; a
 * later call hears it. `down`: it is refused before anything is written.
 */
type Method = { readonly verdict: Verdict; readonly manner: 'prompt' | 'slow' | 'lost' | 'down' };

const succeeds: Verdict = { status: 'succeeded', declineCode: null };
const declines = (declineCode: string): Verdict => ({ status: 'declined', declineCode });

const methods: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['pm_card_visa', { verdict: succeeds, manner: 'prompt' }],
  ['pm_card_chargeDeclined', { verdict: declines('card_declined'), manner: 'prompt' }],
  ['pm_sim_slow', { verdict: succeeds, manner: 'slow' }],
  ['pm_sim_lost_ok', { verdict: succeeds, manner: 'lost' }],
  ['pm_sim_lost_declined', { verdict: declines('card_declined'), manner: 'lost' }],
  ['pm_sim_down', { verdict: succeeds, manner: 'down' }],
]);
const unknownMethod: Method = { verdict: declines('invalid_payment_method'), manner: 'prompt' };

/** Calls that come together are one statement and one commit. */
const limits = { batchMax: 128, waitingMax: 4_096 };

/** Of a key that will never charge: ISO 4217 has a code for no currency. */
const nothing: Money = { amount: 0, currency: 'XXX' };

const outcomeOf = ({ id, status, declineCode }: Charge): ChargeOutcome => {
  switch (status) {
    case 'succeeded':
      return { kind: 'succeeded', reference: id };
    case 'declined':
      return { kind: 'declined', declineCode: declineCode ?? 'card_declined' };
    case 'cancelled':
      return { kind: 'cancelled' };
  }
};
