import type { Action } from './activity.ts';

/** What is deleted when it is old, and how long it is kept, ms. Null: forever. */
export type Retention = {
  /** The responses stored under the audit GUIDs of checkouts with a final outcome. The GUIDs stay. */
  readonly responses: number | null;
  /** The step ledger of tasks that are done. */
  readonly ledger: number | null;
  /** Commands of operators, but those of `keptActions`. */
  readonly activity: number | null;
  /** What the payment provider has reported, without an unfinished task. */
  readonly providerEvents: number | null;
  /** Captured mails. At most `capturedMailsMax` of them are kept in any case. */
  readonly mails: number | null;
  /** Events that were not delivered to a subscription. */
  readonly events: number;
  /** What was sent to webhook endpoints. */
  readonly deliveries: number;
};

/** The kinds that `Store.dropOld` deletes. The relay drops the others. */
export const retentionKinds = ['responses', 'ledger', 'activity', 'providerEvents', 'mails'] as const;
export type RetentionKind = (typeof retentionKinds)[number];

/** One slice of what is deleted. */
export type RetentionSlice = {
  readonly kind: RetentionKind;
  /** What is older goes. */
  readonly beforeMs: number;
  /** At most so many rows are read or deleted. */
  readonly limit: number;
};

/** `isMore`: there may be more that is old. */
export type DroppedSlice = { readonly rows: number; readonly isMore: boolean };

/** How many captured mails are kept, the newest. Nobody reads more of them, and each may have a page of text. */
export const capturedMailsMax = 100_000;

/**
 * Commands that stay forever: only they say who gave money back, who settled a case, and which customers have to be erased
 * again after a restore. A program that gave money back is named by its key. The row of a key goes with its end, so only
 * the commands say who gave the program its permissions, and from when to when.
 */
export const keptActions: readonly Action[] = [
  'refund.request',
  'refund.assign',
  'case.refund',
  'case.acknowledge',
  'customer.erase',
  'key.create',
  'key.end',
];
