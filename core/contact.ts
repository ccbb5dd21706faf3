import type { ActivityTarget, OperatorCommand } from './activity.ts';
import { type Order, type OrderStatus, orderStatusAfter } from './order.ts';
import { pipelineNamed } from './pipelines/index.ts';
import { taskStateAt } from './queue.ts';
import { type NamedTask, planResumption, type TaskChange } from './rescue.ts';
import type { AsyncResult } from './result.ts';
import type { Caused } from './trace.ts';

/** An operator corrects the address of an order. */
export type ContactCorrection = Caused & {
  readonly orderId: string;
  readonly email: string;
  /** Sends the mails again that were sent before. */
  readonly resend: boolean;
  /** The id of a new task. */
  readonly createId: () => string;
};

/** What came of a correction. */
export type CorrectedContact = {
  /** The orders whose mails go to the address from now on, by id: those of the group, because it has one mail. */
  readonly orderIds: readonly string[];
  /** Mails that were not sent yet, had failed, waited or were being sent, and are tried now with the address. */
  readonly retried: number;
  /** Mails that are sent again, each as a new mail with a `Message-ID` of its own. */
  readonly resent: number;
};

export interface Contacts {
  /**
   * Sets the address of an order and of the others of its group, and plans their mails, as `planCorrection` decides, all
   * in one transaction. An order that is not in a group stays alone. The history says `contact_changed`, and no address:
   * it is kept longer than one. Fails with `not_found` if there is no such order.
   */
  correct(
    correction: ContactCorrection,
    nowMs: number,
    command?: OperatorCommand,
  ): AsyncResult<CorrectedContact, { readonly kind: 'not_found' }>;
}

/** The orders of a checkout with one of these statuses are in a group, or will be if they are paid. */
const groupStatuses: readonly OrderStatus[] = ['paying', 'paid', 'completed', 'failed', 'refunded'];

/** The orders that have one mail with `order`, itself among them. `others` are the orders of its checkout. */
export const ordersWithOneMail = (order: Order, others: readonly Order[]): readonly Order[] => {
  const isInGroup = (one: Order) =>
    one.checkoutId !== null &&
    one.checkoutId === order.checkoutId &&
    one.product.type === order.product.type &&
    groupStatuses.includes(one.status);
  return isInGroup(order) ? others.filter(isInGroup) : [order];
};

/** The rows that decide a correction. An adapter reads them under lock. */
export type ContactSnapshot = {
  /** The orders of `ordersWithOneMail`, by id. */
  readonly orders: readonly { readonly order: Order; readonly email: string; readonly hasTask: boolean }[];
  /** The tasks that have these orders, and those of their refunds. */
  readonly tasks: readonly NamedTask[];
  /** Refunds of these orders that we made, whose money has left and whose mail was sent: they have no task. */
  readonly mailedRefundIds: readonly string[];
};

/** A new task at the step that sends a mail. `checkoutId` and `orderIds` are those of a group, `jobId` that of a refund. */
export type MailTask = {
  readonly id: string;
  readonly pipeline: string;
  readonly step: string;
} & (
  | { readonly checkoutId: string; readonly orderIds: readonly string[]; readonly jobId: null }
  | { readonly checkoutId: null; readonly orderIds: readonly []; readonly jobId: string }
);

/** True if one of the orders has another address. Then each gets the address, and a row in its history. */
export const changesAddress = (orders: readonly { readonly email: string }[], email: string): boolean =>
  orders.some((each) => each.email !== email);

/** What a correction changes besides the address. */
export type CorrectionPlan = {
  readonly changes: readonly TaskChange[];
  readonly mails: readonly MailTask[];
  readonly targets: readonly ActivityTarget[];
};

/** The state in the history of an order whose address was corrected. */
export const contactChangedState = 'contact_changed';

/**
 * Plans the mails of a correction. A mail that has failed or waits is tried now. One that a worker is sending to the old
 * address is taken from it, and is sent to the new one under the same `Message-ID`. All that is not sent yet takes the
 * address when it is sent. What was sent is sent again if that is asked for: a new task has a new id, and with it a new
 * `Message-ID`.
 */
export const planCorrection = (
  { orders, tasks, mailedRefundIds }: ContactSnapshot,
  { orderId, email, resend, createId }: ContactCorrection,
  nowMs: number,
): CorrectionPlan => {
  const isChanged = changesAddress(orders, email);
  const isTriedNow = (task: NamedTask): boolean => {
    const state = taskStateAt(task, nowMs);
    if (noticeStep(task.pipeline) !== task.step) return false;
    return state === 'running'
      ? isChanged
      : (isChanged || resend) && (state === 'failed' || state === 'waiting');
  };
  const changes = tasks.filter(isTriedNow).map((task) => planResumption(task, nowMs));
  const mails = resend ? mailsOf({ orders, mailedRefundIds }, createId) : [];
  const isSentAgain = resend && changes.length + mails.length > 0;
  return {
    changes,
    mails,
    targets: orders.map(({ order }) => ({
      target: orderId,
      orderId: order.id,
      detail: isSentAgain ? 'the mails are sent again' : null,
    })),
  };
};

const mailsOf = (
  { orders, mailedRefundIds }: Pick<ContactSnapshot, 'orders' | 'mailedRefundIds'>,
  createId: () => string,
): readonly MailTask[] => {
  const mailed = orders.flatMap(({ order, hasTask }) =>
    !hasTask && order.status === orderStatusAfter.complete ? [order] : [],
  );
  const [first] = mailed;
  const ofGroup =
    first === undefined || first.checkoutId === null
      ? []
      : mailTask(first.product.type, createId, {
          checkoutId: first.checkoutId,
          orderIds: mailed.map(({ id }) => id),
          jobId: null,
        });
  const ofRefunds = mailedRefundIds.flatMap((jobId) =>
    mailTask('refund', createId, { checkoutId: null, orderIds: [], jobId }),
  );
  return [...ofGroup, ...ofRefunds];
};

type MailOf<T extends MailTask = MailTask> = T extends MailTask
  ? Pick<T, 'checkoutId' | 'orderIds' | 'jobId'>
  : never;

/** None if the pipeline sends no mail. */
const mailTask = (pipeline: string, createId: () => string, of: MailOf): readonly MailTask[] => {
  const step = noticeStep(pipeline);
  return step === null ? [] : [{ id: createId(), pipeline, step, ...of }];
};

/** The step of a pipeline that sends a mail. Null if it has none. */
const noticeStep = (name: string): string | null =>
  pipelineNamed(name).steps.find(({ isNotice }) => isNotice)?.name ?? null;
