import type { Socket } from 'node:net';
import { err, ok, type Result } from 'neverthrow';
import { parseConnectionUrl } from 'nodemailer/lib/shared';
import SMTPConnection, {
  type SMTPConnectionAuth,
  type SMTPConnectionOptions,
} from 'nodemailer/lib/smtp-connection';
import { isLoopback } from '../../core/loopback.ts';
import type { Timer } from '../../core/timer.ts';
import { createConversation, type OutgoingMail } from './conversation.ts';
import { plainLogin, type SmtpFailure } from './failures.ts';

/** The address of the mail server, the login and the time limits in ms, as nodemailer's options. */
export type Server = SMTPConnectionOptions & { readonly auth?: SMTPConnectionAuth | undefined };

/** An open connection after login, for one mail at a time. */
export type Session = {
  /** Resolves to null once the server has accepted the mail. An abort of `signal` ends the session. */
  send(mail: OutgoingMail, signal: AbortSignal): Promise<SmtpFailure | null>;
  /** Sends QUIT, and waits at most one second for the reply. */
  quit(): Promise<void>;
};

/**
 * Reads `smtp://user:password@host:port` or `smtps://…`. The query can have options of nodemailer
 * (`?requireTLS=true`, `?name=shop.example`, `?tls.rejectUnauthorized=false`). Throws for any other URL.
 */
export const parseServerUrl = (
  url: string,
  timeouts: { readonly connectMs: number; readonly idleMs: number },
): Server => {
  if (!/^smtps?:\/\/[^/]/i.test(url))
    throw new Error('the URL of a mail server begins with smtp:// or smtps://');
  return {
    ...parseConnectionUrl(url),
    logger: false,
    debug: false,
    // From the DNS lookup to the end of the TLS handshake.
    connectionTimeout: timeouts.connectMs,
    greetingTimeout: timeouts.connectMs,
    dnsTimeout: timeouts.connectMs,
    // Also ends an unused session, before the server does (RFC 5321 lets it wait for minutes).
    socketTimeout: timeouts.idleMs,
    // A session is closed only after it has ended or failed. Nothing more must reach the server then.
    socketCloseTimeout: 0,
  };
};

/**
 * Connects, sends EHLO, uses TLS if the server offers it, and logs in if the URL has a login and the server
 * AUTH. A login needs TLS: see `mayLogInPlainly`.
 */
export const openSession = async (
  server: Server,
  timer: Timer,
  signal: AbortSignal,
): Promise<Result<Session, SmtpFailure>> => {
  const connection = new SMTPConnection(server);
  // `exchange` handles failures of a session in use. Without this listener, those of an idle session would
  // throw.
  connection.on('error', () => {});
  let greeting = '';
  const failure = await exchange(connection, signal, (finish) => {
    connection.connect((failed) => {
      greeting = connection.lastServerResponse || '';
      if (failed !== undefined || server.auth === undefined || !connection.allowsAuth) finish(failed ?? null);
      else if (!connection.secure && !mayLogInPlainly(server)) finish({ code: plainLogin });
      else connection.login(server.auth, finish);
    });
  });
  const socket = connection._socket;
  if (failure !== null || !socket) {
    connection.close();
    return err(failure ?? { code: 'ECONNECTION' });
  }
  socket.removeAllListeners('data');
  const conversation = createConversation(socket, greeting, () => connection.close());
  return ok({
    send: async (mail, abort) => {
      if (connection.destroyed) return { code: 'ECONNECTION', command: 'API', notReceived: true };
      const failed = await exchange(connection, abort, (finish) => void conversation.send(mail).then(finish));
      if (failed === null && conversation.hasExtraReply()) connection.close();
      const mayRetry = failed !== null && failed.code !== 'ETIMEDOUT' && failed.code !== 'EUTF8';
      const notReceived = mayRetry && !conversation.mayHaveReceived();
      return notReceived ? { ...failed, notReceived } : failed;
    },
    quit: () => quit(connection, socket, timer),
  });
};

/**
 * Nodemailer uses STARTTLS only if the server offers it, and whoever is on the way can take the offer out. So a login is
 * sent as clear text only to this machine, or if the URL says `?requireTLS=false`.
 */
const mayLogInPlainly = ({ host = 'localhost', requireTLS }: Server): boolean =>
  requireTLS === false || isLoopback(host);

/**
 * Runs one exchange with the server. It always resolves, even if the connection is lost, at the latest on
 * abort.
 */
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
    const fail = () => finish({ code: 'ECONNECTION' });
    const expire = () => {
      finish({ code: 'ETIMEDOUT' });
      connection.close();
    };
    if (signal.aborted) return expire();
    signal.addEventListener('abort', expire);
    connection.on('error', finish).on('end', fail);
    start(finish);
  });

const quitTimeoutMs = 1_000;

const quit = (connection: SMTPConnection, socket: Socket, timer: Timer): Promise<void> =>
  new Promise((resolve) => {
    if (connection.destroyed) return resolve();
    const cancelClose = timer.after(quitTimeoutMs, () => connection.close());
    connection.once('end', () => {
      cancelClose();
      resolve();
    });
    socket.write('QUIT\r\n');
  });
