import type { Pipeline } from './pipelines/pipeline.ts';
import type { StoredTaskState } from './queue.ts';

/** The task whose mail has the invoice of the checkout attached. */
export type InvoiceHolder = {
  /** Null if it is done or was deleted. */
  readonly state: StoredTaskState | null;
  readonly hasSentMail: boolean;
};

/**
 * True if the holder sends no mail: its orders were refunded, or are being refunded. Then the next mail of the checkout
 * takes the invoice over. A holder that failed keeps it, because an operator can retry its mail.
 */
export const isInvoiceLeft = ({ state, hasSentMail }: InvoiceHolder): boolean =>
  !hasSentMail && (state === null || state === 'paused');

/** True if the step sends the mail of the group. */
export const isNotice = ({ steps }: Pipeline, stepName: string): boolean =>
  steps.some((step) => step.name === stepName && step.isNotice === true);
