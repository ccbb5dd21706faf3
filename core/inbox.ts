import type { ProviderEvent } from './provider.ts';
import type { AsyncResult } from './result.ts';

/** A provider's event as it was taken in. */
export type InboxItem = {
  readonly id: string;
  readonly taskId: string;
  /** The provider's `name`. */
  readonly provider: string;
  readonly event: ProviderEvent;
  /** As it was sent, for people to read. */
  readonly body: string;
};

/** What payment providers tell by themselves, kept until it was acted on and for a month after that. */
export interface Inbox {
  /**
   * Stores those that are new, by provider and event id, each with its task, all in one transaction. Answers,
   * in the items' order, whether it was new.
   */
  receive(items: readonly InboxItem[], nowMs: number): AsyncResult<readonly boolean[]>;

  find(id: string): AsyncResult<ProviderEvent | null>;
}
