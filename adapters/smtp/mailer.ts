import type { Mail, Mailer, MailOutcome } from '../../core/mail.ts';
import type { World } from '../../core/world.ts';
import { parseAddress, parseSender } from './address.ts';
import { outcomeOf } from './failures.ts';
import { composeMessage } from './message.ts';
import { openSession, serverAt } from './session.ts';
import { createSessionPool } from './sessionPool.ts';

export type SmtpOptions = {
  /** See `serverAt`. */
  readonly url: string;
  /** `shop@example.com` or `Shop <shop@example.com>`. */
  readonly from: string;
  /** Connections at most. More mails than that wait for one, within their `sendMs`. */
  readonly poolSize?: number;
  readonly timeouts?: Partial<Timeouts>;
};

type Timeouts = {
  /** Until the server has greeted us, its name's look-up and a TLS handshake included. */
  readonly connectMs: number;
  /** Between two signs of life. */
  readonly silenceMs: number;
  /** For a mail as a whole, the wait for a connection included. To be well under the queue's lease. */
  readonly sendMs: number;
};

const usual: Timeouts = { connectMs: 5_000, silenceMs: 8_000, sendMs: 14_000 };

/** Servers that count a connection's mails often stop at 100 (Sendmail, Exim and Exchange can be set so). */
const mailsPerSession = 100;

/**
 * Sends mails over SMTP. Throws here for a `url` or `from` that can never work; `send` never throws. What is
 * rejected and what deferred, `outcomeOf` says. `close` breaks off what is under way, which is deferred.
 */
export const createSmtpMailer = (
  { clock, timer }: Pick<World, 'clock' | 'timer'>,
  options: SmtpOptions,
): Mailer & { close(): Promise<void> } => {
  const timeouts = { ...usual, ...options.timeouts };
  const server = serverAt(options.url, timeouts);
  const sender = parseSender(options.from);
  if (sender === null) throw new Error(`no mail can be sent from ${JSON.stringify(options.from)}`);
  const limits = { sessionsMax: options.poolSize ?? 10, mailsPerSession };
  const sessions = createSessionPool((signal) => openSession(server, timer, signal), limits);
  const sending = new Map<AbortController, Promise<MailOutcome>>();
  let closed = false;

  const send = async (mail: Mail, expiry: AbortController): Promise<MailOutcome> => {
    const recipient = parseAddress(mail.to);
    if (recipient === null)
      return { kind: 'rejected', reason: 'the customer has no address that mail can be sent to' };
    const cancelExpiry = timer.after(timeouts.sendMs, () => expiry.abort());
    try {
      const message = composeMessage(mail, sender, recipient, new Date(clock.nowMs()));
      const wired = { from: sender.address, to: recipient.address, message };
      const failure = await sessions.use(expiry.signal, (session) => session.send(wired, expiry.signal));
      return failure === null ? { kind: 'accepted' } : outcomeOf(failure);
    } catch (cause) {
      return { kind: 'deferred', reason: `the mail could not be sent (${cause})` };
    } finally {
      cancelExpiry();
    }
  };

  return {
    send: (mail) => {
      if (closed) return Promise.resolve({ kind: 'deferred', reason: 'the mailer is closed' });
      const expiry = new AbortController();
      const outcome = send(mail, expiry).finally(() => sending.delete(expiry));
      sending.set(expiry, outcome);
      return outcome;
    },
    close: async () => {
      closed = true;
      // Nobody is left to write down that a mail was taken, so it had better not be.
      for (const expiry of sending.keys()) expiry.abort();
      await Promise.all(sending.values());
      await sessions.close();
    },
  };
};
