import type { MailOutcome } from '../../core/mail.ts';

/** Why a mail was not accepted, with nodemailer's fields. */
export type SmtpFailure = {
  /** Nodemailer's code, such as `ECONNECTION`; or `EUTF8`, if the server takes no such address. */
  readonly code?: string | undefined;
  /** The operating system's code, such as `ECONNREFUSED`. */
  readonly originalCode?: string | undefined;
  /** The command that failed: `MAIL FROM`, `RCPT TO`, `DATA`, …; `API` if nothing was sent. */
  readonly command?: string | undefined;
  readonly response?: string | undefined;
  readonly responseCode?: number | undefined;
  /** True if the connection was lost before any content was sent. The server certainly does not have the mail. */
  readonly notReceived?: boolean;
};

/**
 * A mail is rejected only if the server refuses this mail for good: a 5xx to its recipient or its content.
 * Anything else is deferred, since it says nothing about the mail, which can be sent once the cause is
 * repaired: no connection, no reply, a 4xx, or a 5xx to what all mails share. Those are the greeting, the
 * login (535) or a missing one (530), the state of the session (503), and the sender, which is `MAIL_FROM`.
 * The queue's attempts are limited, so a setting that stays wrong becomes visible as a failed task.
 *
 * A mail whose connection broke after the content was sent is deferred, too. The server may have accepted it;
 * the second copy has the same Message-ID.
 */
export const outcomeOf = (failure: SmtpFailure): MailOutcome => {
  const { responseCode = 0, command = '' } = failure;
  const refused = mailCommands.has(command) && responseCode >= 500 && !sessionCodes.has(responseCode);
  return { kind: refused ? 'rejected' : 'deferred', reason: reasonOf(failure) };
};

export const connectionLost: SmtpFailure = { code: 'ECONNECTION' };

/** The time limit of the mail is over. */
export const timedOut: SmtpFailure = { code: 'ETIMEDOUT' };

/** The server has too many connections, or ends them all (RFC 5321, 4.2.2). */
export const isServerBusy = ({ responseCode }: SmtpFailure): boolean => responseCode === 421;

const mailCommands = new Set(['RCPT TO', 'DATA']);

/**
 * Reply codes about the session: bad sequence (503); authentication required (530), too weak (534), failed
 * (535) or without encryption (538); the host accepts no mail (521). See RFC 5321, 4954 and 7504.
 */
const sessionCodes = new Set([503, 521, 530, 534, 535, 538]);

/** A short text. It leaves out the reply to a failed login, which may repeat the password. */
const reasonOf = ({ code = '', originalCode, command = '', response, responseCode }: SmtpFailure): string => {
  if (code === 'EAUTH' && command === 'AUTH XOAUTH2' && responseCode === undefined)
    return 'there is no access token for the mail server: its token endpoint refused or did not answer';
  if (code === 'EAUTH') return `the mail server refused the login (${responseCode ?? 'no method in common'})`;
  if (response === undefined)
    return `${reasons[code] ?? 'the mail could not be sent'} (${originalCode ?? code})`;
  const reply = response.replace(/[\p{C}\p{Z}]+/gu, ' ').slice(0, 200);
  return mailCommands.has(command) || command === 'MAIL FROM'
    ? `the mail server answered ${command} with ${reply}`
    : `the mail server answered ${reply}`;
};

/** The code of a login that was not sent, because it would have been readable on the way. */
export const plainLogin = 'EPLAINLOGIN';

const reasons: Readonly<Record<string, string>> = {
  ECONNECTION: 'the connection to the mail server was lost',
  EDNS: 'the name of the mail server is not known',
  ESOCKET: 'the mail server cannot be reached',
  ETIMEDOUT: 'the mail server did not answer in time',
  [plainLogin]:
    'the connection to the mail server has no TLS, so the login was not sent: use smtps://, or add ?requireTLS=false to SMTP_URL',
  EUTF8: 'the mail server takes no address with characters beyond ASCII: it has no SMTPUTF8',
  ETLS: 'the connection to the mail server could not be secured',
};
