import { createSmtpMailer, type SmtpOptions } from '../../adapters/smtp/mailer.ts';
import { createTestWorld } from '../world.ts';
import { type SinkOptions, type SmtpSink, startSmtpSink } from './sink.ts';

/** Long enough for a busy machine, for tests in which a reply will come. */
export const longTimeouts = { connectMs: 5_000, idleMs: 5_000, sendMs: 5_000 };

type MailerFor = (url: string, options?: Partial<SmtpOptions>) => ReturnType<typeof createSmtpMailer>;

/**
 * Gives each test its own server. The tests run concurrently, since the server needs 100 ms for a new
 * connection.
 */
export const withSink =
  (work: (sink: SmtpSink, mailerFor: MailerFor) => Promise<void>, options?: SinkOptions) => async () => {
    const sink = await startSmtpSink(options);
    const mailers: ReturnType<typeof createSmtpMailer>[] = [];
    try {
      await work(sink, (url, changes = {}) => {
        const mailer = createSmtpMailer(createTestWorld(), {
          url,
          from: 'Shop <shop@shop.example>',
          timeouts: longTimeouts,
          ...changes,
        });
        mailers.push(mailer);
        return mailer;
      });
    } finally {
      await Promise.all(mailers.map((mailer) => mailer.close()));
      await sink.close();
    }
  };

export const range = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);
