import { createSmtpMailer, type SmtpOptions } from '../../adapters/smtp/mailer.ts';
import { systemTimer } from '../../adapters/system/timer.ts';
import type { Timer } from '../../core/timer.ts';
import { createTestWorld } from '../world.ts';
import { type SinkOptions, type SmtpSink, startSmtpSink } from './sink.ts';

/** Longer than any test. Where no reply will come, a test ends the wait with a timer of its own. */
export const longTimeouts = { connectMs: 60_000, idleMs: 60_000, sendMs: 60_000 };

type MailerFor = (
  url: string,
  options?: Partial<SmtpOptions>,
  timer?: Timer,
) => ReturnType<typeof createSmtpMailer>;

/**
 * Gives each test its own server. The tests run concurrently, since the server needs 100 ms for a new
 * connection.
 */
export const withSink =
  (work: (sink: SmtpSink, mailerFor: MailerFor) => Promise<void>, options?: SinkOptions) => async () => {
    const sink = await startSmtpSink(options);
    const mailers: ReturnType<typeof createSmtpMailer>[] = [];
    try {
      await work(sink, (url, changes = {}, timer = systemTimer) => {
        const mailer = createSmtpMailer(
          { clock: createTestWorld().clock, timer },
          {
            url,
            from: 'Shop <shop@shop.example>',
            timeouts: longTimeouts,
            ...changes,
          },
        );
        mailers.push(mailer);
        return mailer;
      });
    } finally {
      await Promise.all(mailers.map((mailer) => mailer.close()));
      await sink.close();
    }
  };

export const range = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);
