import { SpanKind } from '@opentelemetry/api';
import { internal, type SpanOutcome, type Spans } from './tracer.ts';

/** Where a relay sends events, as far as a span says anything of it. */
export type TracedTarget = {
  readonly kind: string;
  send(subscription: never, events: never, deadlineMs: number): Promise<readonly SendOutcome[]>;
};

type SendOutcome = { readonly error: string | null };

/**
 * A span for each batch of events that is sent. The rows of events have no span of their cause: a column more would be
 * paid for by each change of an order. It says how many events failed, and not where they were sent.
 */
export const traceEvents = <Target extends TracedTarget>(spans: Spans, target: Target): Target => ({
  ...target,
  send: (subscription: never, events: never, deadlineMs: number) =>
    spans.linked(
      {
        ...internal(`send ${target.kind}`, {
          'messaging.system': target.kind,
          'messaging.operation.type': 'send',
          'messaging.operation.name': 'send',
          'messaging.batch.message_count': (events as readonly unknown[]).length,
        }),
        kind: SpanKind.PRODUCER,
      },
      [],
      () => target.send(subscription, events, deadlineMs),
      outcomeOf,
    ),
});

/** The words of a receiver may be anything, so a span only counts them. */
const outcomeOf = (outcomes: readonly SendOutcome[]): SpanOutcome => {
  const failed = outcomes.filter(({ error }) => error !== null).length;
  return {
    attributes: { 'cartwright.events.failed': failed },
    error: failed > 0 && failed === outcomes.length ? 'not_delivered' : undefined,
  };
};
