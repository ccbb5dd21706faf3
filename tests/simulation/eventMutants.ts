import { type Mutant, mutant } from './mutant.ts';

const scenario = 'receivers of events fail';

/** The guards of what subscriptions hear. */
export const eventMutants: readonly Mutant[] = [
  mutant(
    'an event that failed is sent again',
    'core/eventTarget.ts',
    "error === null ? ({ kind: 'delivered' } as const) : ({ kind: 'failed', dueAtMs } as const);",
    "dueAtMs > 0 ? ({ kind: 'delivered' } as const) : ({ kind: 'failed', dueAtMs } as const);",
    { scenario },
  ),
  mutant(
    'an event waits for the earlier ones of its subject',
    'tests/model/events.ts',
    '.filter((row) => !rows.some((other) => other.subject === row.subject && other.sequence < row.sequence))',
    '',
    { scenario },
  ),
  mutant(
    'a run begins with the first event of each subject',
    'tests/model/events.ts',
    '.sort((one, other) => one.sequence - other.sequence);',
    '.sort((one, other) => other.sequence - one.sequence);',
    { scenario },
  ),
  mutant(
    'a run skips a subject whose first event waits',
    'tests/model/events.ts',
    '.filter(([first]) => first !== undefined && first.dueAtMs <= nowMs)',
    '.map((subject) => subject.filter(({ dueAtMs }) => dueAtMs <= nowMs))',
    { scenario },
  ),
  mutant(
    'a subscription hears the types that it wants',
    'tests/model/events.ts',
    'if (!types.includes(event.type) || tables.outbox.has(key)) continue;',
    'if (tables.outbox.has(key)) continue;',
    { scenario },
  ),
  mutant(
    'the id of an event is that of every attempt',
    'tests/model/events.ts',
    'id: eventId(row), body, lease };',
    'id: eventId({ ...row, atMs: row.atMs + attempts }), body, lease };',
    { scenario },
  ),
  mutant(
    'an event shows the order as it stood',
    'core/eventBody.ts',
    'if (seq > lastSeq) break;',
    'if (seq > lastSeq + 1_000) break;',
    { scenario },
  ),
  mutant(
    'an event of an order has its quantity of then',
    'core/eventBody.ts',
    '{quantity ?? order.quantity}',
    '{order.quantity}',
    { scenario },
  ),
  mutant(
    'the events of a change commit with it',
    'tests/model/events.ts',
    '...(settled === null ? [] : [settled])]);',
    ']);',
    { scenario },
  ),
  mutant(
    'an endpoint that is resumed goes on soon',
    'tests/model/subscriptions.ts',
    '...(paused === false && { failures: 0, failingSinceMs: null, retryAtMs: 0 }),',
    '...(paused === false && { retryAtMs: Number.MAX_SAFE_INTEGER }),',
    { scenario },
  ),
  mutant(
    'the lease of a report about an event',
    'tests/model/events.ts',
    'if (row === undefined || row.lease !== lease) return false;',
    'if (row === undefined) return false;',
    { redundant: 'an old report says what is true: the event was taken, or was not and is sent again' },
  ),
  mutant(
    'the lease of a run',
    'tests/model/events.ts',
    'subscription.paused || subscription.leaseUntilMs > nowMs',
    'subscription.paused',
    { redundant: 'each run begins with the first event that nobody has acknowledged, so runs only repeat' },
  ),
  mutant(
    'a relay whose lease is over does not send',
    'worker/relay.ts',
    "if (deadlineMs <= 0) return ok('end');",
    '',
    { redundant: 'what it sends late is heard already by whoever has heard later events: it repeats' },
  ),
  mutant(
    'later events of a batch wait for one that failed',
    'core/eventTarget.ts',
    "if (heldSubjects.has(subject)) return { ...reported, outcome: { kind: 'released' } };",
    '',
    { redundant: 'a target says itself that it has not sent them, and then they count as failed' },
  ),
];
