import type { OperatorCommand } from './activity.ts';
import { erasedContact } from './erasedContact.ts';
import type { Invoice } from './invoice.ts';
import {
  type Contact,
  initialOrderStatus,
  type Order,
  type OrderDetail,
  type OrderStatus,
  orderStatusAfter,
} from './order.ts';
import { pipelineNamed } from './pipelines/index.ts';
import type { Refund } from './refund.ts';
import { type NamedTask, planResumption, type TaskChange } from './rescue.ts';
import type { AsyncResult } from './result.ts';
import type { TimelinePage } from './timeline.ts';

/** What the shop holds of the customers themselves: it has no table of them, only their orders. */
export interface Customers {
  /**
   * Erases one slice of what names a customer, in one transaction: the next `limit` orders after `after`, and what belongs
   * to them, as `personalData` lists it. Pending orders are cancelled. Mails that were not sent are skipped: what waited or
   * failed at one is ready again, and the pipeline leaves it out. The first slice also erases what names the customer as
   * an operator, and writes the activity. A second time there is nothing left to do.
   *
   * Fails with `order_in_progress` if a checkout of the customer is open. Then the slice changes nothing.
   */
  eraseSlice(
    slice: ErasureSlice,
    nowMs: number,
    command?: OperatorCommand,
  ): AsyncResult<ErasedSlice, OrderInProgress>;

  /**
   * The customer's orders by id, each with what belongs to it. It reads one page, so that an export needs little memory,
   * however many orders there are. On PostgreSQL its number of statements does not depend on the number of orders.
   */
  orders(page: ErasureSlice, nowMs: number): AsyncResult<readonly CustomerOrder[]>;
}

export type ErasureSlice = {
  readonly customerId: string;
  /** The id of the last order of the slice before. Null for the first slice. */
  readonly after: string | null;
  readonly limit: number;
};

/** `next` is the `after` of the next slice. Null if this was the last one. */
export type ErasedSlice = { readonly next: string | null };

/** These orders are being paid. */
export type OrderInProgress = { readonly kind: 'order_in_progress'; readonly orderIds: readonly string[] };

export type CustomerOrder = {
  readonly order: OrderDetail;
  /** What the order was placed with. */
  readonly contact: Contact;
  /** Newest first. */
  readonly refunds: readonly Refund[];
  /** The first `exportedTimelineMax` entries. Almost every order has less. */
  readonly timeline: TimelinePage;
  /** That of its checkout. */
  readonly invoice: Invoice | null;
};

export const exportedTimelineMax = 100;

/** At most so many orders are named in a refusal. */
export const namedOrdersMax = 100;

/** The status of an order whose checkout is open. */
export const openOrderStatus: OrderStatus = orderStatusAfter.claim;

/** Replaces an address in a text for people. */
export const erasedMark = '[erased]';

/** True if the erasure cancels the order. */
export const isCancelledByErasure = ({ status }: Pick<Order, 'status'>): boolean =>
  status === initialOrderStatus;

/**
 * The tasks that are at a mail are ready again, so that their pipelines leave the mail out. A worker that sends one now
 * loses its lease. A task that a refund has paused stays as it is: the refund decides.
 */
export const planErasedMails = (tasks: readonly NamedTask[], nowMs: number): readonly TaskChange[] =>
  tasks
    .filter((task) => task.state !== 'paused' && isAtNotice(task))
    .map((task) => planResumption(task, nowMs));

const isAtNotice = ({ pipeline, step }: NamedTask): boolean =>
  pipelineNamed(pipeline).steps.some((one) => one.name === step && one.isNotice === true);

/**
 * A regular expression that finds these addresses, whatever their case. Both JavaScript and PostgreSQL read it. Null if
 * there is no address. `quoted`: inside JSON.
 */
export const addressPattern = (emails: readonly string[], quoted = false): string | null => {
  const known = [...new Set(emails)].filter((email) => email !== erasedContact.email);
  if (known.length === 0) return null;
  const texts = known.map((email) => (quoted ? JSON.stringify(email).slice(1, -1) : email));
  return texts
    .toSorted((one, other) => other.length - one.length)
    .map((text) => text.replace(/[^\p{L}\p{N}]/gu, String.raw`\$&`))
    .join('|');
};

/** The text without the addresses that the pattern finds. */
export const withoutAddresses = (text: string, pattern: string, mark: string): string =>
  text.replace(new RegExp(pattern, 'gi'), mark);
