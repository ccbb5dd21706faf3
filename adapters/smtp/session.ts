import type { Socket } from 'node:net';
import { err, ok, type Result } from 'neverthrow';
import { parseConnectionUrl } from 'nodemailer/lib/shared';
import SMTPConnection, {
  type SMTPConnectionAuth,
  type SMTPConnectionOptions,
} from 'nodemailer/lib/smtp-connection';
import type { Timer } from '../../core/timer.ts';
import { createConversation, type WiredMail } from './conversation.ts';
import type { SmtpFailure } from './failures.ts';

/** Where the mail server is and how long it may take, in ms. */
export type Server = SMTPConnectionOptions & { readonly auth?: SMTPConnectionAuth | undefined };

/** A connection that is open and logged in, for one mail at a time. */
export type Session = {
  /** Answers null once the server has taken the mail, and ends the session when `signal` aborts. */
  send(mail: WiredMail, signal: AbortSignal): Promise<SmtpFailure | null>;
  /** Says goodbye, and waits no longer than a second for the answer. */
  quit(): Promise<void>;
};

/**
 * Reads `smtp://user:password@host:port` or `smtps://…`; what nodemailer calls its options may follow as a
 * query (`?requireTLS=true`, `?name=shop.example`, `?tls.rejectUnauthorized=false`). Throws for any other URL.
 */
export const serverAt = (
  url: string,
  timeouts: { readonly connectMs: number; readonly silenceMs: number },
): Server => {
  if (!/^smtps?:\/\/[^/]/i.test(url))
    throw new Error('the URL of a mail server begins with smtp:// or smtps://');
  return {
    ...parseConnectionUrl(url),
    logger: false,
    debug: false,
    // From the look-up of the name to the end of the TLS handshake.
    connectionTimeout: timeouts.connectMs,
    greetingTimeout: timeouts.connectMs,
    dnsTimeout: timeouts.connectMs,
    // Also ends a session that nobody uses, before the server does (RFC 5321 has it wait for minutes).
    socketTimeout: timeouts.silenceMs,
    // A session is only closed when it is over or has failed: then nothing more may reach the server.
    socketCloseTimeout: 0,
  };
};

/** Connects, greets, secures the connection where the server can, and logs in where it wants that. */
export const openSession = async (
  server: Server,
  timer: Timer,
  signal: AbortSignal,
): Promise<Result<Session, SmtpFailure>> => {
  const connection = new SMTPConnection(server);
  // A failure is told to whoever waits for an answer; without this, one of an idle session would be thrown.
  connection.on('error', () => {});
  let greeting = '';
  const failure = await exchange(connection, signal, (answer) => {
    connection.connect((failed) => {
      greeting = connection.lastServerResponse || '';
      if (failed !== undefined || server.auth === undefined || !connection.allowsAuth) answer(failed ?? null);
      else connection.login(server.auth, answer);
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
      if (connection.destroyed) return { code: 'ECONNECTION', command: 'API', unheard: true };
      const failed = await exchange(connection, abort, (answer) => void conversation.send(mail).then(answer));
      if (failed === null && conversation.isAhead()) connection.close();
      const unheard = failed !== null && failed.code !== 'ETIMEDOUT' && !conversation.heard();
      return unheard ? { ...failed, unheard } : failed;
    },
    quit: () => quit(connection, socket, timer),
  });
};

/** One question to the server. Whatever becomes of the connection, it is answered before `signal` aborts, or then. */
const exchange = (
  connection: SMTPConnection,
  signal: AbortSignal,
  ask: (answer: (failure: SmtpFailure | null) => void) => void,
): Promise<SmtpFailure | null> =>
  new Promise((resolve) => {
    const answer = (failure: SmtpFailure | null) => {
      signal.removeEventListener('abort', expire);
      connection.off('error', answer).off('end', lost);
      resolve(failure);
    };
    const lost = () => answer({ code: 'ECONNECTION' });
    const expire = () => {
      answer({ code: 'ETIMEDOUT' });
      connection.close();
    };
    if (signal.aborted) return expire();
    signal.addEventListener('abort', expire);
    connection.on('error', answer).on('end', lost);
    ask(answer);
  });

const goodbyeMs = 1_000;

const quit = (connection: SMTPConnection, socket: Socket, timer: Timer): Promise<void> =>
  new Promise((resolve) => {
    if (connection.destroyed) return resolve();
    const cancelClose = timer.after(goodbyeMs, () => connection.close());
    connection.once('end', () => {
      cancelClose();
      resolve();
    });
    socket.write('QUIT\r\n');
  });
