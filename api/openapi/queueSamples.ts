import { samples } from './samples.ts';

const failed = samples.tasks.items[0] as { readonly id: string; readonly lastError: string };
const { pipeline, step } = { pipeline: 'physical', step: 'notify_customer' };

/** The document's examples of what operators see of the queue and do in it. */
export const queueSamples = {
  failures: {
    items: [{ pipeline, step, error: failed.lastError, tasks: 412, newestTaskId: failed.id }],
    nextCursor: null,
    tasks: 412,
  },
  retryBody: { filter: { state: 'failed', pipeline, step, error: failed.lastError }, upTo: failed.id },
  history: {
    items: [{ at: samples.at, finished: [{ pipeline, tasks: 415 }], ready: 3 }],
    nextCursor: null,
  },
  live: `id: ${Date.parse(samples.at)}\ndata: ${JSON.stringify({ at: samples.at, queue: samples.queue })}\n\n`,
  contactBody: { email: 'lan@example.com', resend: true },
  corrected: { email: 'lan@example.com', orderIds: [samples.orderId], retried: 0, resent: 1 },
  skipReason: { reason: 'The customer was told by telephone' },
} as const;
