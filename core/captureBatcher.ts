import { createResultBatcher } from './batcher.ts';
import type { Mail, Mailer } from './mail.ts';
import type { AsyncResult } from './result.ts';
import type { World } from './world.ts';

/** A mail can have an invoice of 100 kB. `waitingMax` is far above what one process sends at a time. */
const limits = { batchMax: 100, waitingMax: 10_000 };

/**
 * The `send` of a mailbox that captures mails. Mails that are sent at the same time share one `store`, so that they
 * share one commit: without a mail server, a commit for each mail was most of the work of a shop that just started.
 */
export const createCaptureBatcher = (
  store: (mails: readonly Mail[], nowMs: number) => AsyncResult<unknown>,
  world: Pick<World, 'clock' | 'yieldToEventLoop'>,
): Mailer['send'] => {
  const capture = createResultBatcher<Mail, 'stored'>(
    async (mails, nowMs) => (await store(mails, nowMs)).map(() => mails.map(() => 'stored')),
    limits,
    world,
  );
  return async (mail) => {
    const captured = await capture(mail);
    return captured.isOk() ? { kind: 'accepted' } : { kind: 'deferred', reason: captured.error.reason };
  };
};
