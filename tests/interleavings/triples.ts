import { grounds } from './grounds/index.ts';
import type { Scenario } from './scenario.ts';

/** Three verbs at once, for what no two of them can show: a row that changes and changes back, and circles of three. */
const lists: Readonly<Record<string, readonly (readonly [string, string, string])[]>> = {
  'pending orders': [
    ['claim [a, b]', 'claim [b, a]', 'claim the other order'],
    ['claim [a, b]', 'claim b and release it', 'claim the other order'],
    ['claim [a, b]', 'claim b and release it', 'change the quantity of a'],
    ['claim [a, b]', 'cancel a', 'claim the other order'],
    ['claim alone', 'claim alone', 'claim alone'],
    ['claim alone', 'claim [b, a] alone', 'change the quantity of b'],
    ['claim [b, a] alone', 'cancel what has expired', 'keep the quantity of b'],
    ['claim alone', 'find by key', 'cancel a'],
    ['claim [a, b]', 'cancel what has expired', 'change the quantity of a'],
    ['claim [a, b]', 'take from the stock', 'import the product'],
    ['claim [a, b]', 'claim the other order', 'add to the stock'],
    ['place once', 'place once', 'archive the product'],
    ['claim [a, b]', 'erase the customer', 'add to the stock'],
  ],
  'an open payment': [
    ['record a success', 'record a decline', 'recover this payment'],
    ['record a release', 'recover what is due', 'record a success'],
    ['record a decline', 'claim the other order', 'add to the stock'],
    ['record a release', 'claim b', 'cancel a'],
    ['record a release', 'record a decline', 'claim the other order'],
  ],
  'a released key': [
    ['claim the key again', 'claim the key and release it', 'claim the other order'],
    ['claim the key alone', 'claim the key and release it', 'record a late release'],
    ['claim the key alone', 'refund a late charge', 'claim b'],
    ['claim the key alone', 'claim the key alone', 'cancel what has expired'],
  ],
  'a payment in recovery': [
    ['record the first attempt as released', 'recover what is due', 'record a success'],
    ['record a release', 'record the first attempt as released', 'claim b'],
  ],
  'a paid checkout': [
    ['claim the physical tasks', 'claim the digital tasks', 'refund a'],
    ['claim the physical tasks', 'refund a part of a', 'adopt a refund of all'],
    ['claim the physical tasks', 'record a dispute', 'skip the step'],
    ['claim the physical tasks', 'erase the customer', 'claim the digital tasks'],
  ],
  'a leased task': [
    ['report that it is done', 'refund a', 'rescue what has expired'],
    ['report that it failed', 'correct the address', 'refund a part of a'],
    ['release the lease', 'extend the lease', 'rescue what has expired'],
    ['report that it is done', 'adopt a refund of all', 'claim the digital tasks'],
  ],
  'a completed checkout': [
    ['refund 60 % of a', 'refund 60 % of a again', 'adopt a part'],
    ['refund 60 % of a', 'refund 60 % of a', 'refund 60 % of a'],
    ['the refund of b succeeded', 'the refund of b failed', 'add to the stock'],
    ['assign the adopted part', 'the adopted part failed', 'adopt a refund of all'],
  ],
  'a charge with a part of no order': [
    ['refund a', 'refund c', 'the part failed'],
    ['refund a', 'refund c', 'assign the part to a'],
  ],
  'two refunds of one charge': [['the refund of a failed', 'the refund of c failed', 'the part failed']],
  'a refund under way': [
    ['the refund succeeded', 'report the job', 'rescue the job'],
    ['the refund succeeded', 'the refund failed', 'correct the address'],
  ],
  'parked tasks': [
    ['send the probes', 'end the pause', 'resume what is free'],
    ['claim the tasks', 'send the probes', 'pause the step'],
  ],
  'events of a subscription': [
    ['create Kafka', 'create Kafka', 'change the quantity'],
    ['claim the events', 'report it as delivered', 'end the subscription'],
    ['change its secret', 'resend a delivery', 'drop old deliveries'],
  ],
  'a run of a topic': [
    ['claim a run when the lease has ended', 'report the run as delivered', 'change the quantity'],
    ['claim a run when the lease has ended', 'end the topic', 'create the topic again'],
  ],
  'an old month': [['archive the history', 'refund a', 'restore the month']],
};

export const allTriples = (): readonly Scenario[] =>
  grounds.flatMap((ground) => (lists[ground.name] ?? []).map((verbs): Scenario => ({ ground, verbs })));

export const namesInTriples = (): readonly (readonly [string, string])[] =>
  Object.entries(lists).flatMap(([ground, triples]) => triples.flat().map((verb) => [ground, verb] as const));
