import type { SeededRandom } from '../processes/random.ts';
import type { Streams } from './random.ts';

/** What a process calls. */
export const targets = ['store', 'provider', 'mail', 'service', 'webhook', 'broker'] as const;
export type Target = (typeof targets)[number];

/**
 * What may happen to one call. `refused`: it never arrives, and the caller hears so. `lost`: it is done, and the caller
 * hears that it failed. `zombie`: the caller hears that it failed, and it is done some seconds later. `slow`: request and
 * answer take up to seconds. `delayed`: the request takes up to 25 minutes. `doubled`: it arrives twice. `never`: nobody
 * answers. `held`: a batch finds rows that somebody else holds. `deferred`, `rejected`, `unwell`: a server says that it
 * may do it later, will never do it, or does nothing for anybody now. `partly`: it does the first half of a batch.
 */
const fates = [
  'refused',
  'lost',
  'zombie',
  'slow',
  'delayed',
  'doubled',
  'never',
  'held',
  'deferred',
  'rejected',
  'unwell',
  'partly',
] as const;
export type Fate = (typeof fates)[number];

/** The fates that a call to each target can have. */
export const fatesOf: Readonly<Record<Target, readonly Fate[]>> = {
  store: ['refused', 'lost', 'zombie', 'slow', 'held'],
  provider: ['refused', 'lost', 'zombie', 'slow', 'delayed', 'doubled', 'never'],
  mail: ['refused', 'lost', 'slow', 'never', 'deferred', 'rejected', 'unwell'],
  service: ['refused', 'lost', 'slow', 'never', 'doubled', 'deferred', 'rejected', 'unwell'],
  webhook: ['refused', 'lost', 'zombie', 'slow', 'never', 'doubled', 'deferred', 'rejected', 'unwell'],
  broker: ['refused', 'lost', 'zombie', 'slow', 'never', 'partly'],
};

/** Faults of whole processes and servers, by the mean pause between two of them, ms. */
const events = ['crash', 'restart', 'freeze', 'cut', 'outage', 'skew', 'hint_lost', 'client_lost'] as const;
export type FaultEvent = (typeof events)[number];

/** A fault that can be switched off: a fate of a target's calls, or an event. */
export type FaultName = `${Target}.${Fate}` | FaultEvent;

export const faultNames: readonly FaultName[] = [
  ...targets.flatMap((target) => fatesOf[target].map((fate) => `${target}.${fate}` as const)),
  ...events,
];

/**
 * Which faults a history has and how strong: the probability for a call, or for an event the mean pause in ms. A fault
 * that is absent does not happen.
 */
export type FaultPlan = ReadonlyMap<FaultName, number>;

const strongest = 0.25;

/** Swarm testing: each seed has some of the faults only, so that no fault hides another. */
export const drawFaults = (
  streams: Streams,
  off: ReadonlySet<string>,
  given: Readonly<Partial<Record<FaultName, number>>> | null,
): FaultPlan => {
  const random = streams.stream('swarm');
  const plan = new Map<FaultName, number>();
  const share = random.pick([0.15, 0.35, 0.6]);
  for (const name of faultNames) {
    const isOn = random.bool(share);
    const strength = random.unit();
    if (off.has(name)) continue;
    if (given !== null) {
      const value = given[name];
      if (value !== undefined) plan.set(name, value);
    } else if (isOn) plan.set(name, strengthOf(name, strength));
  }
  return plan;
};

const strengthOf = (name: FaultName, unit: number): number => {
  if (name === 'hint_lost' || name === 'client_lost') return 0.05 + unit * 0.5;
  if (!name.includes('.')) return 2_000 + unit * 20_000;
  // Rare and frequent ones alike: uniform in the exponent.
  const probability = strongest * 0.02 ** unit;
  return name.endsWith('.rejected') ? probability / 3 : probability;
};

/** The fate of one call, null for a call without a fault, and the draws of its delays. */
type CallDraw = { readonly fate: Fate | null; readonly delays: SeededRandom };

/**
 * Draws the fates of the calls of one verb of one process. Each call has its own generator, so that a fault that is
 * left out changes no later call.
 */
export const createFateDraw = (
  plan: FaultPlan,
  random: SeededRandom,
  site: string,
  target: Target,
  ignored: ReadonlySet<string>,
  onFault: (fault: string) => void,
): ((isFaulty: boolean) => CallDraw) => {
  const chances = fatesOf[target].flatMap((fate) => {
    const chance = plan.get(`${target}.${fate}`);
    return chance === undefined ? [] : [{ fate, chance }];
  });
  let calls = 0;
  return (isFaulty) => {
    const delays = random.fork();
    let unit = delays.unit();
    const call = calls++;
    for (const { fate, chance } of isFaulty ? chances : []) {
      unit -= chance;
      if (unit >= 0) continue;
      const name = `${site}#${call} ${fate}`;
      if (ignored.has(name)) break;
      onFault(name);
      return { fate, delays };
    }
    return { fate: null, delays };
  };
};
