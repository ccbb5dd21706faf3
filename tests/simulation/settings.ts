import type { ProductDraft } from '../../core/product.ts';
import type { Streams } from './random.ts';
import { type Scenario, type Settings, scenarioOf, scenarios } from './scenarios.ts';

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

/** Each seed has settings of its own. */
export const drawSettings = (streams: Streams, scenario: string | null): Settings => {
  const random = streams.stream('settings');
  const leaseMs = random.pick([20_000, 30_000, 60_000]);
  const isRare = random.bool(0.2);
  const drawnFocus = random.pick([...scenarios.values()]);
  const focus: Partial<Scenario> = scenario === null ? (isRare ? drawnFocus : {}) : scenarioOf(scenario);
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
    methods: null,
    servers: {},
  };
  return { ...drawn, ...focus, process: { ...drawn.process, ...focus.process } };
};
