import { ok } from 'neverthrow';
import type { CountedLog } from '../core/countedLog.ts';
import { messageOf } from '../core/errorMessage.ts';
import { claimLimit, type EventTarget, planReport, type SendOutcome } from '../core/eventTarget.ts';
import type { Log } from '../core/log.ts';
import type { LeasedEvent, SubscriptionHealth } from '../core/relay.ts';
import type { RequestPriority } from '../core/requestPriority.ts';
import type { AsyncResult } from '../core/result.ts';
import type { Retention } from '../core/retention.ts';
import type { Store } from '../core/store.ts';
import type { RelaySubscription } from '../core/subscription.ts';
import { type Sleep, startSleep } from '../core/timer.ts';
import type { World } from '../core/world.ts';
import { createEventDrops } from './eventDrops.ts';
import { type LoopPorts, type Poll, startLoop } from './loop.ts';
import { whileMayClaim } from './maintenance.ts';

type RelayPorts = {
  readonly store: Pick<Store, 'events' | 'deliveries'>;
  readonly eventTargets: readonly EventTarget[];
  readonly world: Pick<World, 'clock' | 'random' | 'timer'>;
  readonly log: Pick<Log, 'warn' | 'info'>;
  readonly countedLog: CountedLog;
  /** Lets the requests of this process go first. */
  readonly priority: Pick<RequestPriority, 'work'>;
};

type Relay = {
  /** Starts to send to each subscription that has something due. Does not wait for slow ones. */
  readonly poll: Poll;
  /**
   * True if the last poll found a subscription, and not all that were ever found are being sent to: those look for more
   * by themselves, and something happens hundreds of times a second.
   */
  isWorthPolling(): boolean;
  /** Claims no more. Resolves when what was claimed is sent and reported. */
  stop(): Promise<void>;
};

/** Starts the loops that send events and drop old ones. Without a target, nothing is sent and nothing is asked. */
export const startRelay = (
  ports: Omit<RelayPorts, 'countedLog'> & { readonly mayClaim: () => boolean },
  shared: LoopPorts & Pick<RelayPorts, 'countedLog'>,
  settings: {
    readonly leaseMs: number;
    readonly pollMs: number;
    readonly retention?: Pick<Retention, 'events' | 'deliveries'>;
  },
) => {
  const relay = createRelay({ ...ports, countedLog: shared.countedLog }, settings);
  const sending =
    ports.eventTargets.length === 0
      ? null
      : startLoop('relay of events', whileMayClaim(ports, relay.poll), shared);
  const drops = createEventDrops(ports, settings.retention);
  const dropping = startLoop('dropping of old events', whileMayClaim(ports, drops.poll), shared);
  return {
    wake: (): void => {
      if (relay.isWorthPolling()) sending?.wake();
    },
    /** Claims no more, and waits until what was claimed is sent, at most until the deadline. */
    stop: async (deadline: Promise<void>): Promise<void> => {
      const loops = Promise.all([sending?.stop(), dropping.stop()]);
      await Promise.race([Promise.all([loops, relay.stop()]), deadline]);
      drops.logDropped();
    },
  };
};

/** What a relay does after a batch. With a number, it waits as many ms. */
type Next = 'go on' | 'end' | number;

/**
 * After a batch that was not full, more events gather for this long before the next one. Few large batches cost less
 * than many small ones, and several events of an order are read together. While there are few, they cost little, and
 * need not wait as long.
 */
const gatherMs = (events: number): number => (events < 100 ? 100 : 250);

/** A turn beside requests may take as long as one with its most tasks. That many events take as long as a task. */
const eventsOfTask = 20;

/**
 * A run holds its subscription alone. If its worker dies, nobody sends until the lease ends, so it is shorter than that of
 * a task.
 */
const runLeaseMaxMs = 10_000;

/** A poll reads all subscriptions. With a thousand of them, a hint of each change must not make each change read them. */
const restMsOfSubscription = 1;

/** Claims, sends and reports one batch. */
const createBatchSender = (ports: RelayPorts, leaseMs: number) => {
  const { store, world, priority } = ports;
  const claimOf = ({ keepsOrder }: EventTarget) => (keepsOrder ? store.events.claimRun : store.events.claim);
  const reportOf = ({ keepsOrder }: EventTarget) =>
    keepsOrder ? store.events.reportRun : store.events.report;
  const leaseOf = ({ keepsOrder }: EventTarget): number =>
    keepsOrder ? Math.min(leaseMs, runLeaseMaxMs) : leaseMs;

  return async (target: EventTarget, subscription: RelaySubscription): AsyncResult<Next> => {
    const { id } = subscription;
    let limit = claimLimit(subscription, target);
    let nowMs = 0;
    const claim = (tasksMax: number) => {
      limit = Math.min(limit, tasksMax * eventsOfTask);
      nowMs = world.clock.nowMs();
      return claimOf(target)({ subscriptionId: id, limit, nowMs, leaseMs: leaseOf(target) });
    };
    // A run is large, so it takes its turn with the other background work. Only its claim: a receiver may be slow.
    const claimed = await (target.keepsOrder ? priority.work(claim) : claim(Number.POSITIVE_INFINITY));
    if (claimed.isErr()) return claimed.map(() => 'end');
    const events = claimed.value;
    if (events.length === 0) return ok('end');
    // A process that was frozen past its lease must not send: another one may have sent later events by now.
    const deadlineMs = nowMs + leaseOf(target) - world.clock.nowMs();
    if (deadlineMs <= 0) return ok('end');
    const outcomes = await send(target, subscription, events, deadlineMs);
    const { reports, health } = planReport(subscription, events, outcomes, world.clock.nowMs(), world.random);
    const reported = await reportOf(target)(id, reports, health);
    const error = outcomes.find((outcome) => outcome.error !== null)?.error ?? null;
    logOutcome(ports, subscription, error, health, world.clock.nowMs());
    // A failed event waits for its next attempt, and holds up no others.
    if (health.failures > 0) return reported.map(() => 'end');
    return reported.map(() =>
      target.keepsOrder && events.length < limit ? gatherMs(events.length) : 'go on',
    );
  };
};

/** Sends events. Each subscription has its own run, so a slow receiver holds up nobody else. */
const createRelay = (
  ports: RelayPorts,
  { leaseMs, pollMs }: { readonly leaseMs: number; readonly pollMs: number },
): Relay => {
  const { store, eventTargets, world, countedLog } = ports;
  const running = new Map<string, Promise<void>>();
  const gathering = new Map<string, Sleep>();
  let stopped = false;
  let used = false;
  let polledAtMs = 0;
  const known = new Set<string>();

  const sendBatch = createBatchSender(ports, leaseMs);

  const gather = async (id: string, ms: number): Promise<void> => {
    if (stopped) return;
    const pause = startSleep(world.timer, ms);
    gathering.set(id, pause);
    await pause.finished;
    gathering.delete(id);
  };

  const run = async (target: EventTarget, subscription: RelaySubscription): Promise<void> => {
    const { id } = subscription;
    for (let next: RelaySubscription | undefined = subscription; next !== undefined && !stopped; ) {
      // The poll meets the same outage and logs it.
      const then: Next = (await sendBatch(target, next)).unwrapOr('end');
      if (typeof then === 'number') await gather(id, then);
      // Read anew, because its URL or secret may have changed, and it may have been paused. It alone: with many
      // subscriptions, each batch of one would read all the others.
      const due: Awaited<ReturnType<typeof store.events.due>> =
        then === 'end' ? ok([]) : await store.events.due(world.clock.nowMs(), id);
      [next] = due.unwrapOr([]);
    }
  };

  const start = (target: EventTarget, subscription: RelaySubscription): void => {
    const { id } = subscription;
    const ended = run(target, subscription)
      .catch((cause: unknown) => countedLog.error('the relay failed', { subscription: id, cause }))
      // Not with `finally`: engines take a different number of turns for it, and the simulation runs the same in each.
      .then(() => void running.delete(id));
    running.set(id, ended);
  };

  return {
    poll: async () => {
      polledAtMs = world.clock.nowMs();
      return (await store.events.due(polledAtMs)).map((due) => {
        used = due.length > 0 || running.size > 0;
        for (const subscription of due) {
          const target = eventTargets.find(({ kind }) => kind === subscription.kind);
          if (target !== undefined) known.add(subscription.id);
          if (target !== undefined && !running.has(subscription.id) && !stopped) start(target, subscription);
        }
        return pollMs;
      });
    },
    isWorthPolling: () =>
      used &&
      known.size > running.size &&
      world.clock.nowMs() - polledAtMs >= known.size * restMsOfSubscription,
    stop: async () => {
      stopped = true;
      for (const pause of gathering.values()) pause.end();
      await Promise.all(running.values());
    },
  };
};

const send = async (
  target: EventTarget,
  subscription: RelaySubscription,
  events: readonly LeasedEvent[],
  deadlineMs: number,
): Promise<readonly SendOutcome[]> => {
  try {
    return await target.send(subscription, events, deadlineMs);
  } catch (cause) {
    const error = messageOf(cause);
    return events.map(() => ({ error }));
  }
};

/**
 * One line when a receiver begins to take nothing, and one when it takes events again after a while. In between only
 * metrics say it. No line has the URL of an endpoint: it may have a token in it.
 */
const logOutcome = (
  { log, countedLog }: Pick<RelayPorts, 'log' | 'countedLog'>,
  { id: subscription, kind, failures, failingSinceMs }: RelaySubscription,
  error: string | null,
  { failures: failuresNow, pauseReason }: SubscriptionHealth,
  nowMs: number,
): void => {
  const failedMs = nowMs - (failingSinceMs ?? nowMs);
  if (failures === 0 && failuresNow > 0)
    countedLog.warn(
      'a receiver takes no events, so they wait',
      { subscription, kind, error },
      `relay ${subscription}`,
    );
  else if (error !== null && failuresNow === 0)
    countedLog.warn('events were not delivered', { subscription, kind, error }, `part ${subscription}`);
  if (failures > 0 && failuresNow === 0 && failedMs >= shortOutageMs)
    log.info('a receiver takes events again', { subscription, kind, afterMs: failedMs });
  if (pauseReason !== null)
    log.warn('paused a subscription: its receiver has failed for three days, or wants no more', {
      subscription,
      kind,
      pauseReason,
    });
};

/** The end of a shorter one is not said: a receiver that fails now and then would say it without end. */
const shortOutageMs = 60_000;
