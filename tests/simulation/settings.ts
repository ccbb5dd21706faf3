import type { ProductDraft } from '../../core/product.ts';
import type { FaultName } from './faults.ts';
import type { ProcessSettings } from './process.ts';
import type { Streams } from './random.ts';

/** Limited and unlimited ones of each type, one of them for free. */
export const products: readonly (ProductDraft & { readonly stock: number | null })[] = [
  { code: 'SHIRT', name: 'Áo', type: 'physical', price: vnd(120_000), stock: 9 },
  { code: 'MUG', name: 'Cốc', type: 'physical', price: vnd(45_000), stock: null },
  { code: 'GAME', name: 'Trò chơi', type: 'digital', price: vnd(300_000), stock: 12 },
  { code: 'BOOK', name: 'Sách', type: 'digital', price: vnd(0), stock: null },
  { code: 'LESSON', name: 'Buổi học', type: 'service', price: vnd(250_001), stock: null },
];

function vnd(amount: number) {
  return { amount, currency: 'VND' };
}

export type Settings = {
  readonly processes: number;
  /** How long the actors act and faults happen, ms. */
  readonly windowMs: number;
  readonly process: ProcessSettings;
  readonly events: 'all' | 'deferred';
  readonly lateMs: number;
  /** How late a timer of a second or more may be. */
  readonly timersLateMs: number;
  readonly actors: ReadonlySet<string>;
  /** The faults of a focus, each with its probability. Null: the seed draws them all. */
  readonly faults: Readonly<Partial<Record<FaultName, number>>> | null;
};

/**
 * Rare encounters need settings and faults that meet. A fifth of the seeds have one of these, and what a focus does not
 * name is drawn as for any other seed.
 */
type Focus = Partial<Omit<Settings, 'process'>> & { readonly process?: Partial<ProcessSettings> };

const focuses: readonly Focus[] = [
  // The recovery takes a payment over while its checkout still waits for a refusal, and loses its own answer.
  {
    process: { reconcileAfterMs: 1_500, paymentTimeoutMs: 20_000 },
    events: 'deferred',
    faults: { 'provider.refused': 0.3, 'provider.lost': 0.3, 'store.slow': 0.05 },
  },
  // Orders expire while they are paid for.
  {
    process: { orderTtlMs: 5_000, paymentTimeoutMs: 8_000 },
    faults: { 'store.slow': 0.2, 'store.zombie': 0.05, 'provider.slow': 0.3, freeze: 9_000 },
  },
  // Two workers decide one refund.
  {
    process: { leaseMs: 20_000 },
    actors: new Set(['customer 1', 'customer 2', 'operator', 'provider acts']),
    faults: { 'store.zombie': 0.2, 'provider.slow': 0.2, freeze: 6_000, cut: 6_000 },
  },
  // Banks and dashboards are busy: late money, refunds and lost disputes.
  {
    events: 'all',
    actors: new Set(['customer 1', 'customer 2', 'operator', 'provider acts']),
    faults: { 'store.lost': 0.05, crash: 12_000, client_lost: 0.2 },
  },
];

/** Each seed has settings of its own. */
export const drawSettings = (streams: Streams): Settings => {
  const random = streams.stream('settings');
  const leaseMs = random.pick([20_000, 30_000, 60_000]);
  const focus = random.bool(0.2) ? random.pick(focuses) : {};
  const drawn: Settings = {
    processes: random.pick([2, 2, 2, 3]),
    windowMs: random.pick([10_000, 15_000, 30_000]),
    process: {
      pipelines: ['physical', 'digital', 'service', 'refund', 'provider_event', 'reconciliation'],
      claimers: random.pick([1, 1, 2]),
      batchMax: random.pick([1, 3, 50]),
      mailsMax: random.pick([1, 2, 5]),
      leaseMs,
      pollMs: random.pick([500, 2_000, 5_000]),
      reconcileAfterMs: random.pick([1_500, 5_000, 15_000]),
      shutdownMs: random.pick([1_000, 10_000]),
      mailDomain: 'cartwright.example',
      paymentTimeoutMs: random.pick([2_000, 8_000, 20_000]),
      orderTtlMs: random.pick([5_000, 60_000, 600_000]),
    },
    events: random.pick(['all', 'deferred']),
    lateMs: random.pick([500, 5_000, 120_000]),
    timersLateMs: random.pick([1_000, 3_000, 5_000]),
    actors: new Set([
      'customer 1',
      ...(random.bool(0.8) ? ['customer 2'] : []),
      ...(random.bool(0.4) ? ['customer 3'] : []),
      ...(random.bool(0.7) ? ['operator'] : []),
      ...(random.bool(0.6) ? ['provider acts'] : []),
    ]),
    faults: null,
  };
  return { ...drawn, ...focus, process: { ...drawn.process, ...focus.process } };
};
