import { type EventType, eventTypes } from '../../core/event.ts';
import type { EventTarget, SendOutcome } from '../../core/eventTarget.ts';
import type { LeasedEvent } from '../../core/relay.ts';
import type { RelaySubscription, SubscriptionKind } from '../../core/subscription.ts';
import type { createFixture } from './harness.ts';

type Fixture = Awaited<ReturnType<typeof createFixture>>;

export const accepted: SendOutcome = { error: null };
export const refused: SendOutcome = { error: 'HTTP 503' };

/** A target that remembers what it was sent. `answer` decides each event. */
export const createTarget = (
  answer: (event: LeasedEvent, subscription: RelaySubscription) => SendOutcome | Promise<SendOutcome> = () =>
    accepted,
  kind: SubscriptionKind = 'webhook',
) => {
  const sent: { readonly to: string; readonly event: LeasedEvent }[] = [];
  const target: EventTarget = {
    kind,
    batchMax: 20,
    keepsOrder: kind === 'kafka',
    send: (subscription, events) => {
      sent.push(...events.map((event) => ({ to: subscription.id, event })));
      return Promise.all(events.map((event) => answer(event, subscription)));
    },
  };
  return {
    target,
    sent,
    typesTo: (id: string) => sent.filter(({ to }) => to === id).map(({ event }) => event.type),
  };
};

export const subscribe = async (
  { store, world }: Fixture,
  types: readonly EventType[] = eventTypes,
  kind: SubscriptionKind = 'webhook',
): Promise<string> => {
  const id = world.ids.next(world.clock.nowMs());
  const command = { id, kind, target: `https://${id}.example`, types, secret: null };
  return (await store.subscriptions.create(command, world.clock.nowMs()))._unsafeUnwrap().id;
};

export const backlog = async ({ store }: Fixture) =>
  (await store.events.backlog())
    ._unsafeUnwrap()
    .map(({ events, subscription: { paused } }) => ({ events, paused }));

export const hourMs = 3_600_000;

export const pausedLine = 'paused a subscription: its receiver has failed for three days, or wants no more';

/** Jumps ahead, and lets the loops of a worker run once. To fire each of their timers on the way would take minutes. */
export const jump = async (
  { world }: Fixture,
  advance: (ms: number) => Promise<unknown>,
  ms: number,
): Promise<void> => {
  world.advance(ms);
  await advance(1_000);
};

type LogLines = ReturnType<Fixture['startWorker']>['logLines'];

export const linesWith = (logLines: LogLines, message: string) =>
  logLines.filter((line) => line.message === message);
