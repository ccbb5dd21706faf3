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
  /** True if there was no reply, and no content was sent. */
  readonly beforeContent?: boolean;
  /** True if there was no session to send the mail in: it could not be opened, or none was free in time. */
  readonly opening?: boolean;
};

/**
 * Says whose failure it is.
 *
 * - `unavailable`: it is true of every mail of ours. There is no session, or the connection was lost or silent before
 *   the content; the server ends the session (421) or does not like its state; it refuses the sender, which is
 *   `MAIL_FROM`, or us; it has a fault of its own (4.3.x), or a limit for all that we send.
 * - `rejected`: the server refuses this mail for good, with a 5xx to its recipient or its content.
 * - `deferred`: anything else is about this mail, which may be sent later. That is any other 4xx to its recipient or
 *   content, and a connection that broke after the content was sent. In that case the server may have accepted it; the
 *   second copy has the same Message-ID.
 */
export const outcomeOf = (failure: SmtpFailure): MailOutcome => {
  const reason = reasonOf(failure);
  if (isAboutAllMails(failure)) return { kind: 'unavailable', reason };
  return { kind: (failure.responseCode ?? 0) >= 500 ? 'rejected' : 'deferred', reason };
};

const isAboutAllMails = (failure: SmtpFailure): boolean => {
  const { responseCode, command = '', response = '' } = failure;
  if (failure.opening || failure.notReceived || failure.beforeContent) return true;
  if (responseCode === undefined) return false;
  if (isServerBusy(failure) || !mailCommands.has(command) || sessionCodes.has(responseCode)) return true;
  if (isRefusalOfUs(response)) return true;
  return responseCode < 500 ? isSharedDelay(response) : isSharedLimit(response);
};

/**
 * A 4xx that is not about this mail: the mail system has a fault (4.3.x), is congested (4.4.5), or takes no more from us
 * for a while. Codes about the address (4.1.x) and the mailbox (4.2.x) are about this mail, whatever their words are.
 */
const isSharedDelay = (response: string): boolean =>
  /^4\d\d[ -]4\.(3\.\d|4\.5|7\.28)\b/.test(response) ||
  (!/^4\d\d[ -]4\.[12]\./.test(response) &&
    /\btoo (many|much|fast)\b|\brate\b|\bthrottl|\blimit(s|ed)?\b|\bexceeded\b/i.test(response));

/**
 * A reply that refuses us, and not this mail. Many servers hold back their refusal of the client, its greeting or the
 * sender until RCPT TO. The codes are about the sender (x.1.7, x.1.8) and how we are authenticated (x.7.20 to x.7.26).
 */
const isRefusalOfUs = (response: string): boolean =>
  /^[45]\d\d[ -][45]\.(1\.[78]|7\.2[0-6])\b/.test(response) ||
  /\brelay(ing)?\b.*\b(denied|not permitted|prohibited)\b|\bunable to relay\b/i.test(response) ||
  /\b(client host|sender address|helo command) rejected\b|\bsender verify failed\b|\bblocked using\b/i.test(
    response,
  );

/** A 5xx that says that we have sent too much. The words alone would not do: a mail that is too large is refused, too. */
const isSharedLimit = (response: string): boolean =>
  /^5\d\d[ -]5\.(4\.5|7\.28)\b/.test(response) || /\b(sending|rate) (limit|quota)\b/i.test(response);

export const connectionLost: SmtpFailure = { code: 'ECONNECTION' };

/** The time limit of the mail is over. */
export const timedOut: SmtpFailure = { code: 'ETIMEDOUT' };

/** The time limit of the mail was over before a session was free. */
export const noFreeSession: SmtpFailure = { code: 'ENOSESSION', opening: true };

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
  if (response === undefined) {
    const detail = originalCode ?? code;
    if (/CERT|SIGNATURE|ISSUER/.test(detail))
      return `the certificate of the mail server is not trusted (${detail})`;
    return `${reasons[code] ?? 'the mail could not be sent'} (${detail})`;
  }
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
  ENOSESSION: 'the mail server is slow: all connections to it were busy for too long',
  [plainLogin]:
    'the connection to the mail server has no TLS, so the login was not sent: use smtps://, or add ?requireTLS=false to SMTP_URL',
  EUTF8: 'the mail server takes no address with characters beyond ASCII: it has no SMTPUTF8',
  ETLS: 'the connection to the mail server could not be secured',
};
