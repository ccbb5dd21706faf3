import { nextOrderStatus, orderStatuses } from '../../core/order.ts';
import { nextPaymentStatus, paymentStatuses } from '../../core/payment.ts';
import { nextRefundStatus, refundStatuses } from '../../core/refund.ts';
import { type FaultEvent, fatesOf, type Target, targets } from './faults.ts';

const orderEvents = ['claim', 'pay', 'release', 'cancel', 'complete', 'fail', 'retry', 'refund'] as const;
const paymentEvents = [
  'retry',
  'lose',
  'submit',
  'challenge',
  'succeed',
  'decline',
  'cancel',
  'refund',
] as const;
const refundEvents = ['succeed', 'fail'] as const;

const edgesOf = <Status extends string, Event>(
  machine: string,
  statuses: readonly Status[],
  events: readonly Event[],
  next: (status: Status, event: Event) => Status | null,
): readonly string[] => [
  ...new Set(
    statuses.flatMap((from) =>
      events.flatMap((event) => {
        const to = next(from, event);
        return to === null || to === from ? [] : [`${machine} ${from} → ${to}`];
      }),
    ),
  ),
];

/** The task has no state machine in one place: these are the edges that its rules draw. */
const taskEdges = [
  ...['new → ready', 'ready → running', 'running → ready', 'running → failed', 'running → parked'],
  ...['ready → parked', 'parked → ready', 'failed → ready', 'ready → paused', 'running → paused'],
  ...['parked → paused', 'failed → paused', 'paused → failed', 'paused → done', 'running → done'],
  ...['ready → done', 'parked → done'],
].map((edge) => `task ${edge}`);

const edges: readonly string[] = [
  ...edgesOf('order', orderStatuses, orderEvents, nextOrderStatus),
  ...edgesOf('payment', paymentStatuses, paymentEvents, nextPaymentStatus),
  ...edgesOf('refund', refundStatuses, refundEvents, nextRefundStatus),
  ...taskEdges,
  // Rare encounters: late money is `payment declined → refunded`.
  ...['dispute open → won', 'dispute open → lost', 'order released → expired'],
];

const providerVerbs = ['charge', 'cancel', 'cancelCharge', 'refund', 'readCharge', 'readLedger'];

const targetsOfVerbs: Readonly<Record<string, Target>> = {
  send: 'mail',
  serve: 'service',
  post: 'webhook',
  produce: 'broker',
};

const targetOf = (verb: string): Target =>
  targetsOfVerbs[verb] ?? (providerVerbs.includes(verb) ? 'provider' : 'store');

/** The calls of all targets that histories have made. */
const verbsIn = (counts: ReadonlyMap<string, number>): readonly string[] =>
  [...new Set([...counts.keys()].flatMap((name) => /^fate none (.+)$/.exec(name)?.[1] ?? []))].sort();

/** Rows that only claims have, because no other batch says that rows are held. */
const canBeHeld = new Set(['audits.claim', 'audits.claimAlone', 'audits.recordOutcomes']);

const fatesOfVerbs = (verbs: readonly string[]): readonly string[] =>
  verbs.flatMap((verb) =>
    fatesOf[targetOf(verb)]
      .filter((fate) => fate !== 'held' || canBeHeld.has(verb))
      .map((fate) => `fate ${fate} ${verb}`),
  );

/** The sandbox decides at once, so it never says that a payment is being processed. */
const notReached = new Set(['payment requires_action → unknown']);

/** Each edge is to be met once in this many histories. */
const historiesPerEdge = 1_000;

/** A verb that so many histories have called is to have met every fate of its target, and one with more every fault. */
const callsPerFate = 500;
const callsPerFault = 5_000;

/** Faults of whole processes and servers, which come while a call is on its way. */
const faultsInFlight = [
  'crash',
  'restart',
  'freeze',
  'cut',
  'outage',
  'skew',
] as const satisfies FaultEvent[];

/**
 * What too few of the histories have met: edges of the state machines, fates of each verb, and faults while a call of it is
 * on its way. A run that is short can only be asked for what is frequent.
 */
export const tooRare = (counts: ReadonlyMap<string, number>, histories: number): readonly string[] => {
  const leastOfEdges = Math.max(1, Math.floor(histories / historiesPerEdge));
  const verbs = verbsIn(counts).map((verb) => ({ verb, calls: counts.get(`fate none ${verb}`) ?? 0 }));
  const isFrequent = (least: number) => verbs.filter(({ calls }) => calls >= least).map(({ verb }) => verb);
  return [
    ...edges.filter((name) => (counts.get(name) ?? 0) < leastOfEdges && !notReached.has(name)),
    ...fatesOfVerbs(isFrequent(callsPerFate)).filter((name) => !counts.has(name)),
    ...isFrequent(callsPerFault)
      .flatMap((verb) => faultsInFlight.map((fault) => `pair ${fault} ${verb}`))
      .filter((name) => !counts.has(name)),
  ];
};

/** In how many histories each edge, each fate of each verb, and each fault with a verb on its way was met. */
export const renderCoverage = (counts: ReadonlyMap<string, number>): string => {
  const known = new Set(edges);
  const others = [...counts.keys()].filter((name) => name.includes(' → ') && !known.has(name)).sort();
  const line = (name: string) => `${String(counts.get(name) ?? 0).padStart(8)}  ${name}`;
  const fates = ['none', ...new Set(targets.flatMap((target) => fatesOf[target]))];
  const row = (verb: string) =>
    [
      verb.padEnd(32),
      ...fates.map((fate) => String(counts.get(`fate ${fate} ${verb}`) ?? '-').padStart(9)),
    ].join('');
  const pairs = [...counts.keys()].filter((name) => name.startsWith('pair '));
  return [
    'edges:',
    ...[...edges, ...others].map(line),
    'calls by fate:',
    [''.padEnd(32), ...fates.map((fate) => fate.padStart(9))].join(''),
    ...verbsIn(counts).map(row),
    `pairs of a fault and a call on its way: ${pairs.length}`,
    ...pairs.sort().map(line),
  ].join('\n');
};
