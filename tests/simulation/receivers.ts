import type { LeasedEvent } from '../../core/relay.ts';
import type { SubscriptionKind } from '../../core/subscription.ts';

/** An event as it arrived, in the order of arrival. */
export type HeardEvent = Pick<LeasedEvent, 'id' | 'kind' | 'subject' | 'sequence' | 'type' | 'body'> & {
  readonly subscriptionId: string;
};

/** Those who hear of events: the receivers of webhooks, and a broker. They keep all that arrives. */
export type Receivers = {
  /** Which kinds there are in this history. */
  readonly kinds: readonly SubscriptionKind[];
  take(subscriptionId: string, events: readonly LeasedEvent[]): void;
  readonly heard: readonly HeardEvent[];
};

export const createReceivers = (kinds: readonly SubscriptionKind[]): Receivers => {
  const heard: HeardEvent[] = [];
  return {
    kinds,
    take: (subscriptionId, events) => {
      for (const { id, kind, subject, sequence, type, body } of events)
        heard.push({ subscriptionId, id, kind, subject, sequence, type, body });
    },
    heard,
  };
};
