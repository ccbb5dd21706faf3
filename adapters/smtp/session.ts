import { Readable } from 'node:stream';
import { err, ok, type Result } from 'neverthrow';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { Timer } from '../../core/timer.ts';
import { connectionLost, plainLogin, type SmtpFailure, timedOut } from './failures.ts';
import type { Server } from './server.ts';

type OutgoingMail = { readonly from: string; readonly to: string; readonly message: Buffer };

/** An open connection after login, for one mail at a time. */
export type Session = {
  /** Resolves to null once the server has accepted the mail. An abort of `signal` ends the session. */
  send(mail: OutgoingMail, signal: AbortSignal): Promise<SmtpFailure | null>;
  /** Sends QUIT, and waits at most one second for the reply. */
  quit(): Promise<void>;
};

/** Connects, sends EHLO, uses TLS if the server offers it, and logs in if there is a login and the server has AUTH. */
export const openSession = async (
  { options, auth, isLoginSecret }: Server,
  timer: Timer,
  signal: AbortSignal,
): Promise<Result<Session, SmtpFailure>> => {
  const connection = new SMTPConnection(options);
  let isOver = false;
  let canUtf8 = false;
  // `exchange` handles failures of a session in use. Without this listener, those of an idle session would throw.
  connection.on('error', () => {});
  connection.once('end', () => {
    isOver = true;
  });
  const failure = await exchange(connection, signal, (finish) => {
    connection.connect((failed) => {
      canUtf8 = /^250[- ]SMTPUTF8\b/im.test(connection.lastServerResponse || '');
      if (failed !== undefined || auth === null || !connection.allowsAuth) finish(failed ?? null);
      else connection.login({ ...auth }, finish);
    });
  });
  if (failure !== null) {
    connection.close();
    return err({ ...(isLoginSecret && hasNoTls(failure) ? { code: plainLogin } : failure), opening: true });
  }

  const send: Session['send'] = async ({ from, to, message }, abort) => {
    if (isOver) return { ...connectionLost, notReceived: true };
    if (!canUtf8 && isUtf8(from)) return { command: 'MAIL FROM', ...utf8Unsupported };
    if (!canUtf8 && isUtf8(to)) return { command: 'RCPT TO', ...utf8Unsupported };
    const content = createContent(message);
    const failed = await exchange(connection, abort, (finish) => {
      connection.send({ from, to: [to] }, content.stream, finish);
    });
    if (failed !== null) {
      if (failed.response !== undefined || content.wasRead()) return failed;
      return { ...failed, ...(isConnectionLost(failed) ? { notReceived: true } : { beforeContent: true }) };
    }
    // If the server sent more replies than commands, the connection ends within this turn. The next mail would read the
    // extra reply as its own.
    await new Promise<void>((resolve) => timer.after(0, resolve));
    return null;
  };
  return ok({ send, quit: () => (isOver ? Promise.resolve() : quit(connection, timer)) });
};

/** The server does not offer STARTTLS, or refuses it. */
const hasNoTls = ({ command, response }: SmtpFailure): boolean =>
  (command === 'STARTTLS' || command === 'EHLO') && response !== undefined;

const isConnectionLost = ({ code, response }: SmtpFailure): boolean =>
  response === undefined && (code === 'ECONNECTION' || code === 'ESOCKET');

const isUtf8 = (address: string): boolean => /\P{ASCII}/u.test(address);

/**
 * A server without SMTPUTF8 gets no address in UTF-8 (RFC 6531, 3.1): it may cut it, or deliver to somebody else. The
 * code is the one that it would reply with (3.5). Nodemailer would send the address.
 */
const utf8Unsupported = { code: 'EUTF8', responseCode: 553 } as const;

/** The content as a stream, to know whether any of it was sent: nodemailer reads it after the server's 354. */
const createContent = (message: Buffer) => {
  let wasRead = false;
  const stream = new Readable({
    read() {
      wasRead = true;
      this.push(message);
      this.push(null);
    },
  });
  return { stream, wasRead: () => wasRead };
};

/** Runs one exchange with the server. It always resolves, even if the connection is lost, at the latest on abort. */
const exchange = (
  connection: SMTPConnection,
  signal: AbortSignal,
  start: (finish: (failure: SmtpFailure | null) => void) => void,
): Promise<SmtpFailure | null> =>
  new Promise((resolve) => {
    const finish = (failure: SmtpFailure | null) => {
      signal.removeEventListener('abort', expire);
      connection.off('error', finish).off('end', fail);
      resolve(failure);
    };
    // Nodemailer ends the connection before it reports the reply that made it do so.
    const fail = () => queueMicrotask(() => finish(connectionLost));
    const expire = () => {
      finish(timedOut);
      connection.close();
    };
    if (signal.aborted) return expire();
    signal.addEventListener('abort', expire);
    connection.on('error', finish).on('end', fail);
    start(finish);
  });

const quitTimeoutMs = 1_000;

const quit = (connection: SMTPConnection, timer: Timer): Promise<void> =>
  new Promise((resolve) => {
    const cancelClose = timer.after(quitTimeoutMs, () => connection.close());
    connection.once('end', () => {
      cancelClose();
      resolve();
    });
    connection.quit();
  });
