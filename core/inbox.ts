import type { ProviderEvent } from './provider.ts';
import type { AsyncResult } from './result.ts';

/** A provider's event to be stored, with its task. */
export type InboxItem = {
  readonly id: string;
  /** Null for an event that nothing acts on: it is kept for people to read. */
  readonly taskId: string | null;
  /** The `name` of the provider. */
  readonly provider: string;
  readonly event: ProviderEvent;
  /** The request body, for people to read, without what names a customer. */
  readonly body: string;
  /** The span of the request, as W3C `traceparent`. The task keeps it. */
  readonly traceparent?: string | undefined;
};

/** The events of payment providers. An event is kept until its task is done, and for at least 31 days. */
export interface Inbox {
  /**
   * Stores each new event with its task (pipeline `provider_event`), if it has one, all in one transaction. An event is
   * new if no event with the same provider and event id is stored; of two equal events in one call, the first is new.
   * Returns, in the order of the items, whether each was new. Fails with `unavailable` only.
   */
  receive(items: readonly InboxItem[], nowMs: number): AsyncResult<readonly boolean[]>;

  /** The event stored under `InboxItem.id`, or null. */
  find(id: string): AsyncResult<ProviderEvent | null>;
}
