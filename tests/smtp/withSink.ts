import { createSmtpMailer, type SmtpOptions } from '../../adapters/smtp/mailer.ts';
import { testWorld } from '../world.ts';
import { type SinkOptions, type SmtpSink, smtpSink } from './sink.ts';

/** Long enough for a busy machine, where an answer is to come. */
export const patient = { connectMs: 5_000, silenceMs: 5_000, sendMs: 5_000 };

type MailerFor = (url: string, options?: Partial<SmtpOptions>) => ReturnType<typeof createSmtpMailer>;

/** Each test has a server of its own, since they run at once: every new connection takes the server 100 ms. */
export const withSink =
  (work: (sink: SmtpSink, mailerFor: MailerFor) => Promise<void>, options?: SinkOptions) => async () => {
    const sink = await smtpSink(options);
    const mailers: ReturnType<typeof createSmtpMailer>[] = [];
    try {
      await work(sink, (url, changes = {}) => {
        const mailer = createSmtpMailer(testWorld(), {
          url,
          from: 'Shop <shop@shop.example>',
          timeouts: patient,
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
