import type { FaultName } from './faults.ts';
import type { ProcessSettings } from './process.ts';
import type { OtherServers } from './servers.ts';

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
  /** The faults of a scenario, each with its probability. Null: the seed draws them all. */
  readonly faults: Readonly<Partial<Record<FaultName, number>>> | null;
  /** What customers pay with. Null: anything. */
  readonly methods: readonly string[] | null;
  /** What a scenario says of the servers of other companies. The seed draws the rest. */
  readonly servers: Partial<OtherServers>;
};

/** Settings and faults that must meet for something rare. What a scenario does not name, the seed draws. */
export type Scenario = Partial<Omit<Settings, 'process' | 'faults'>> & {
  readonly process?: Partial<ProcessSettings>;
  readonly faults: Readonly<Partial<Record<FaultName, number>>>;
};

/** A fifth of the seeds have one of these. `--scenario` runs one alone. */
export const scenarios: ReadonlyMap<string, Scenario> = new Map<string, Scenario>([
  [
    // The recovery takes a payment over while its checkout still waits for a refusal, and loses its own answer.
    'a refusal after the recovery took over',
    {
      process: { reconcileAfterMs: 1_500, paymentTimeoutMs: 20_000 },
      events: 'deferred',
      faults: { 'provider.refused': 0.3, 'provider.lost': 0.3, 'store.slow': 0.05 },
    },
  ],
  [
    'orders expire while they are paid for',
    {
      process: { orderTtlMs: 5_000, paymentTimeoutMs: 8_000 },
      faults: { 'store.slow': 0.2, 'store.zombie': 0.05, 'provider.slow': 0.3, freeze: 9_000 },
    },
  ],
  [
    'two workers decide one refund',
    {
      process: { leaseMs: 20_000 },
      actors: new Set(['customer 1', 'customer 2', 'operator', 'provider acts']),
      faults: { 'store.zombie': 0.2, 'provider.slow': 0.2, freeze: 6_000, cut: 6_000 },
    },
  ],
  [
    // The provider's events tell of refunds, ours among them, before our own calls are answered.
    'refunds of both sides meet',
    {
      ...{ events: 'all', lateMs: 3_000, windowMs: 30_000 },
      actors: new Set(['customer 1', 'customer 2', 'operator', 'provider acts']),
      methods: ['pm_card_visa', 'pm_sim_refund_failing', 'pm_sim_refund_failing', 'pm_sim_refund_pending'],
      faults: { 'provider.lost': 0.3, 'provider.slow': 0.3, 'store.slow': 0.4 },
    },
  ],
  [
    'late money, refunds and lost disputes',
    {
      ...{ events: 'all', windowMs: 30_000 },
      methods: [
        ...['pm_card_visa', 'pm_card_chargeDeclined', 'pm_card_threeDSecure2Required'],
        ...['pm_card_threeDSecure2Required', 'pm_sim_refund_failing'],
      ],
      actors: new Set(['customer 1', 'customer 2', 'operator', 'provider acts']),
      faults: { 'store.lost': 0.05, crash: 12_000, client_lost: 0.2 },
    },
  ],
  [
    'receivers of events fail',
    {
      process: { leaseMs: 20_000 },
      servers: { kinds: ['webhook', 'kafka'], actors: ['webhook operator'] },
      faults: {
        ...{ 'webhook.lost': 0.2, 'webhook.slow': 0.2, 'webhook.deferred': 0.2, 'webhook.never': 0.05 },
        ...{
          'broker.lost': 0.2,
          'broker.slow': 0.2,
          'broker.partly': 0.2,
          'store.zombie': 0.05,
          freeze: 9_000,
        },
      },
    },
  ],
  [
    'services of other companies fail',
    {
      process: { leaseMs: 20_000 },
      actors: new Set(['customer 1', 'customer 2', 'operator']),
      servers: { services: ['carrier', 'invoice_service', 'product_service'] },
      faults: {
        ...{ 'service.lost': 0.3, 'service.slow': 0.2, 'service.unwell': 0.05, 'service.doubled': 0.1 },
        ...{ 'service.deferred': 0.1, 'store.refused': 0.1, freeze: 9_000, crash: 15_000 },
      },
    },
  ],
  [
    'a stock is set while it is sold',
    {
      actors: new Set(['customer 1', 'customer 2', 'customer 3']),
      methods: ['pm_card_visa', 'pm_card_visa', 'pm_card_chargeDeclined'],
      servers: { actors: ['stock keeper'] },
      faults: { 'store.slow': 0.2, 'store.zombie': 0.05, client_lost: 0.1 },
    },
  ],
  [
    'servers are ill, and what is said of them is lost',
    {
      actors: new Set(['customer 1', 'customer 2', 'operator', 'provider acts']),
      servers: { services: ['carrier', 'product_service'] },
      ...{ events: 'all', lateMs: 500, windowMs: 20_000 },
      faults: { 'service.unwell': 0.7, 'mail.unwell': 0.7, 'store.refused': 0.1, 'store.lost': 0.1 },
    },
  ],
  [
    // A refund takes an order out of its group while its step waits, and fails.
    'orders leave their group and come back',
    {
      windowMs: 30_000,
      actors: new Set(['customer 1', 'customer 2', 'operator']),
      methods: ['pm_card_visa', 'pm_sim_refund_failing', 'pm_sim_refund_refused'],
      servers: { services: ['carrier', 'product_service'] },
      faults: { 'service.lost': 0.4, 'service.deferred': 0.3, 'service.rejected': 0.1, 'mail.deferred': 0.2 },
    },
  ],
]);

export const scenarioOf = (name: string): Scenario => {
  const found = scenarios.get(name);
  if (found === undefined)
    throw new Error(`there is no scenario ${name}: ${[...scenarios.keys()].join(', ')}`);
  return found;
};
