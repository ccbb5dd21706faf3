import type { DeliveryAttempt, EventReport, LeasedEvent, SubscriptionHealth } from './relay.ts';
import type { RelaySubscription, SubscriptionKind } from './subscription.ts';
import type { Random } from './world.ts';

/** Where events are sent: Kafka, or webhook endpoints. */
export interface EventTarget {
  readonly kind: SubscriptionKind;
  /** The most events of one call. */
  readonly batchMax: number;
  /**
   * True if the receiver has the events of a subject in the order of the call, and none after one that failed. Then one
   * call may have several. False: each call has one event of a subject.
   */
  readonly keepsOrder: boolean;
  /**
   * Sends events and returns one outcome for each, in their order. Must end before the lease does: `deadlineMs` from
   * now. A rejection counts as a failure of all of them.
   */
  send(
    subscription: RelaySubscription,
    events: readonly LeasedEvent[],
    deadlineMs: number,
  ): Promise<readonly SendOutcome[]>;
}

export type SendOutcome = {
  /** Null if the receiver has accepted the event. */
  readonly error: string | null;
  /** For the log of deliveries. */
  readonly attempt?: DeliveryAttempt;
  /** The receiver wants no more events: its subscription is paused. */
  readonly isGone?: boolean;
  /** How long the receiver asks to wait. */
  readonly retryAfterMs?: number;
};

const secondMs = 1_000;
const hourMs = 3_600 * secondMs;

/**
 * The pauses between the attempts of one event. Those of a webhook take three days together; Kafka is tried forever. The
 * first one of a webhook leaves time for the next poll, because it is promised to be sent again within 5 seconds.
 */
const pausesMs: Readonly<Record<SubscriptionKind, readonly number[]>> = {
  webhook: [
    ...[4, 30, 120, 600, 1_800].map((seconds) => seconds * secondMs),
    ...[1, 2, 4, 8, 12, 12, 12, 12, 12].map((hours) => hours * hourMs),
  ],
  kafka: [1, 2, 5, 10].map((seconds) => seconds * secondMs),
};

/** A receiver that takes nothing is asked this often at least, so that new events do not wait for an old one's pause. */
const probeEveryMaxMs = 60 * secondMs;

const failingMaxMs = 72 * hourMs;

/** A receiver that asks for more waits no longer than this. */
const retryAfterMaxMs = hourMs;

/** The pause after `attempts` failed ones (1 or more). A tenth of it is random, so that a fleet does not retry at once. */
const pauseAfter = (kind: SubscriptionKind, attempts: number, random: Random): number => {
  const pauses = pausesMs[kind];
  return Math.round((pauses[attempts - 1] ?? pauses.at(-1) ?? 0) * (0.9 + random.unit() / 10));
};

const askedPause = (retryAfterMs = 0): number => Math.min(retryAfterMs, retryAfterMaxMs);

const isLastAttempt = (kind: SubscriptionKind, attempts: number): boolean =>
  kind === 'webhook' && attempts > pausesMs[kind].length;

/** How many events to claim: one, while the receiver has taken nothing since its last failure. */
export const claimLimit = ({ failures }: RelaySubscription, { batchMax }: EventTarget): number =>
  failures > 0 ? 1 : batchMax;

/**
 * Decides what becomes of a batch that was sent. An event that fails waits, and so do later ones of its subject: those
 * of the same batch were not sent, or are sent again, after it. If all fail, the subscription waits too. A webhook
 * endpoint is paused when it has taken nothing for three days, when an event has failed for three days, or when it says
 * that it wants no more.
 */
export const planReport = (
  { kind, failures, failingSinceMs }: RelaySubscription,
  events: readonly LeasedEvent[],
  outcomes: readonly SendOutcome[],
  nowMs: number,
  random: Random,
): { readonly reports: readonly EventReport[]; readonly health: SubscriptionHealth } => {
  const results = events.map((event, index) => ({ event, ...(outcomes[index] ?? noOutcome) }));
  const failed = results.filter(({ error }) => error !== null);
  const heldSubjects = new Set<string>();
  const reports = results.map(({ event, error, attempt, retryAfterMs }): EventReport => {
    const { subject, attempts, body } = event;
    const reported = reportedOf(event);
    if (heldSubjects.has(subject)) return { ...reported, outcome: { kind: 'released' } };
    if (error !== null) heldSubjects.add(subject);
    const retryAtMs = nowMs + Math.max(pauseAfter(kind, attempts + 1, random), askedPause(retryAfterMs));
    // The last attempt of an endpoint that takes nothing is not later than the time at which it is paused.
    const pausedAtMs = (failingSinceMs ?? nowMs) + failingMaxMs;
    const dueAtMs = pausedAtMs > nowMs ? Math.min(retryAtMs, pausedAtMs) : retryAtMs;
    const outcome =
      error === null ? ({ kind: 'delivered' } as const) : ({ kind: 'failed', dueAtMs } as const);
    return {
      ...reported,
      outcome,
      ...(attempt !== undefined && { attempt: { ...attempt, body } }),
    };
  });
  const exhausted = failed.find(({ event, isGone }) => isGone || isLastAttempt(kind, event.attempts + 1));
  if (failed.length < results.length || results.length === 0)
    return { reports, health: { ...healthy, pauseReason: exhausted?.error ?? null } };
  const sinceMs = failingSinceMs ?? nowMs;
  const pauses = kind === 'webhook' && nowMs - sinceMs >= failingMaxMs;
  const reason = exhausted ?? (pauses ? failed[0] : undefined);
  const asked = Math.min(...failed.map(({ retryAfterMs }) => askedPause(retryAfterMs)));
  const pauseMs = Math.max(Math.min(pauseAfter(kind, failures + 1, random), probeEveryMaxMs), asked);
  return {
    reports,
    health: {
      failures: failures + 1,
      failingSinceMs: sinceMs,
      retryAtMs: nowMs + pauseMs,
      pauseReason: reason?.error ?? null,
    },
  };
};

/** By what a report names its event. */
const reportedOf = ({ subject, sequence, lease, batch }: LeasedEvent): Omit<EventReport, 'outcome'> => ({
  subject,
  sequence,
  lease,
  ...(batch !== undefined && { batch }),
});

const noOutcome: SendOutcome = { error: 'the sender gave no outcome' };

const healthy = { failures: 0, failingSinceMs: null, retryAtMs: 0 };
