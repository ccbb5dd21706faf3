import type { Actor } from './actor.ts';
import type { Page } from './page.ts';

/** What a timeline shows. Entries of one moment come in this order: a command before what it changed. */
export const timelineKinds = ['command', 'state', 'payment', 'task', 'mail', 'refund'] as const;
export type TimelineKind = (typeof timelineKinds)[number];

export const rankOf = (kind: TimelineKind): number => timelineKinds.indexOf(kind);

/** One thing that happened to an order, or that its unfinished task is at. */
export type TimelineEntry = {
  readonly kind: TimelineKind;
  readonly atMs: number;
  /** The state of the order, the status of the payment, task or refund, `sent` or `begun` of a mail, or the action. */
  readonly what: string;
  /** The id of the payment, task or refund, or the target of the command. */
  readonly id: string | null;
  /** For people. */
  readonly detail: string | null;
  /** Of a payment. */
  readonly declineCode: string | null;
  /** Of a command. */
  readonly actor: Actor | null;
  readonly requestId: string | null;
};

/** The sort key, ascending. `key` separates entries of the same time and kind. */
export type TimelineKey = { readonly atMs: number; readonly rank: number; readonly key: string };

/** Before every key. */
export const firstTimelineKey: TimelineKey = { atMs: -1, rank: 0, key: '' };

export type TimelineQuery = {
  readonly orderId: string;
  /** An unfinished task that is due later waits. */
  readonly nowMs: number;
  /** The key of the last entry of the previous page. */
  readonly after: TimelineKey | null;
  /** 1 to 100. */
  readonly limit: number;
};

export type TimelinePage = Page<TimelineEntry, TimelineKey>;
