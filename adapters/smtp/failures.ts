import type { MailOutcome } from '../../core/mail.ts';

/** What nodemailer says of a mail that was not taken. */
export type SmtpFailure = {
  /** Its own name for what went wrong, such as `ECONNECTION`. */
  readonly code?: string | undefined;
  /** The system's, such as `ECONNREFUSED`. */
  readonly originalCode?: string | undefined;
  /** The command that failed: `MAIL FROM`, `RCPT TO`, `DATA`, …; `API` where nothing was sent. */
  readonly command?: string | undefined;
  readonly response?: string | undefined;
  readonly responseCode?: number | undefined;
  /**
   * The connection was lost before the server said a word about this mail, and before the content went out: it has
   * not got the mail then.
   */
  readonly unheard?: boolean;
};

/**
 * Rejected is only what the server said of this mail for good: a 5xx to its recipient or to its content. All
 * else is deferred, for it says nothing of the mail, and the same mail goes through once it is put right: no
 * connection, no answer, a 4xx; and a 5xx to what all mails have in common, which is the greeting, the login
 * (535) or the lack of one (530), the state of the session (503), and the sender, which is `MAIL_FROM`. The
 * queue's tries are limited, so a setting that stays wrong fails openly as well.
 *
 * A connection that broke after the content was sent is deferred too: the server may have taken the mail, and
 * its copy has the same Message-ID.
 */
export const outcomeOf = (failure: SmtpFailure): MailOutcome => {
  const { responseCode = 0, command = '' } = failure;
  const refused = aboutTheMail.has(command) && responseCode >= 500 && !aboutTheSession.has(responseCode);
  return { kind: refused ? 'rejected' : 'deferred', reason: reasonOf(failure) };
};

const aboutTheMail = new Set(['RCPT TO', 'DATA']);

/** Bad sequence; authentication needed, too weak, failed, needs encryption; host takes no mail (RFC 5321, 4954, 7504). */
const aboutTheSession = new Set([503, 521, 530, 534, 535, 538]);

/** Short, and without what a server may repeat of a login. */
const reasonOf = ({ code = '', originalCode, command = '', response, responseCode }: SmtpFailure): string => {
  if (code === 'EAUTH') return `the mail server refused the login (${responseCode ?? 'no method in common'})`;
  if (response === undefined)
    return `${silences[code] ?? 'the mail could not be sent'} (${originalCode ?? code})`;
  const said = response.replace(/[\p{C}\p{Z}]+/gu, ' ').slice(0, 200);
  return aboutTheMail.has(command) || command === 'MAIL FROM'
    ? `the mail server answered ${command} with ${said}`
    : `the mail server answered ${said}`;
};

const silences: Readonly<Record<string, string>> = {
  ECONNECTION: 'the connection to the mail server was lost',
  EDNS: 'the name of the mail server is not known',
  ESOCKET: 'the mail server cannot be reached',
  ETIMEDOUT: 'the mail server did not answer in time',
  ETLS: 'the connection to the mail server could not be secured',
};
