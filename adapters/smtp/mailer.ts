import type { Mail, Mailer, MailOutcome } from '../../core/mail.ts';
import type { World } from '../../core/world.ts';
import { parseAddress, parseSender } from './address.ts';
import { outcomeOf } from './failures.ts';
import { createComposeMessage, type DkimKey } from './message.ts';
import { type OAuth2Client, parseServerUrl } from './server.ts';
import { openSession } from './session.ts';
import { createSessionPool } from './sessionPool.ts';

export type SmtpOptions = {
  /** See `parseServerUrl`. */
  readonly url: string;
  /** `shop@example.com` or `Shop <shop@example.com>`. */
  readonly from: string;
  /** The maximum number of connections. Further mails wait for one, within their `sendMs`. */
  readonly poolSize?: number;
  /** Signs each mail. */
  readonly dkimKey?: DkimKey | null;
  /** Logs in with access tokens in place of the password in the URL. */
  readonly oauth2?: OAuth2Client | null;
  readonly timeouts?: Partial<Timeouts>;
};

/** Time limits in ms. */
type Timeouts = {
  /** Until the server's greeting, including the DNS lookup and the TLS handshake. */
  readonly connectMs: number;
  /** Without any data from the server. */
  readonly idleMs: number;
  /** For one mail, including the wait for a connection. Must be well below the lease of the queue. */
  readonly sendMs: number;
};

const defaultTimeouts: Timeouts = { connectMs: 5_000, idleMs: 8_000, sendMs: 14_000 };

/**
 * Servers that limit the mails of one connection often stop at 100 (a setting of Sendmail, Exim and
 * Exchange).
 */
const mailsPerSession = 100;

const mailerIsClosed: MailOutcome = { kind: 'deferred', reason: 'the mailer is closed' };

/**
 * Sends mails over SMTP. Throws if `url` or `from` is not valid; `send` never throws. `outcomeOf` says which failures
 * are rejected, which are deferred, and which are the server's. `close` aborts the mails in flight, which are deferred.
 */
export const createSmtpMailer = (
  { clock, timer }: Pick<World, 'clock' | 'timer'>,
  options: SmtpOptions,
): Mailer & { close(): Promise<void> } => {
  const timeouts = { ...defaultTimeouts, ...options.timeouts };
  const server = parseServerUrl(options.url, timeouts, options.oauth2);
  const sender = parseSender(options.from);
  if (sender === null) throw new Error(`no mail can be sent from ${JSON.stringify(options.from)}`);
  const composeMessage = createComposeMessage(sender, options.dkimKey ?? null);
  const limits = { sessionsMax: options.poolSize ?? 10, mailsPerSession };
  const sessions = createSessionPool((signal) => openSession(server, timer, signal), limits);
  const inFlight = new Map<AbortController, Promise<MailOutcome>>();
  let isClosed = false;

  const send = async (mail: Mail, expiry: AbortController): Promise<MailOutcome> => {
    const recipient = parseAddress(mail.to);
    if (recipient === null)
      return { kind: 'rejected', reason: 'the customer has no address that mail can be sent to' };
    const cancelExpiry = timer.after(timeouts.sendMs, () => expiry.abort());
    try {
      const message = await composeMessage(mail, recipient, new Date(clock.nowMs()));
      const outgoing = { from: sender.address, to: recipient.address, message };
      const failure = await sessions.use(expiry.signal, (session) => session.send(outgoing, expiry.signal));
      if (failure === null) return { kind: 'accepted' };
      // That a mail was aborted says nothing about the server.
      return isClosed ? mailerIsClosed : outcomeOf(failure);
    } catch (cause) {
      return { kind: 'deferred', reason: `the mail could not be sent (${cause})` };
    } finally {
      cancelExpiry();
    }
  };

  return {
    send: (mail) => {
      if (isClosed) return Promise.resolve(mailerIsClosed);
      const expiry = new AbortController();
      const outcome = send(mail, expiry).finally(() => inFlight.delete(expiry));
      inFlight.set(expiry, outcome);
      return outcome;
    },
    close: async () => {
      isClosed = true;
      // After this nobody can record that a mail was accepted, so mails in flight are aborted.
      for (const expiry of inFlight.keys()) expiry.abort();
      await Promise.all(inFlight.values());
      await sessions.close();
    },
  };
};
