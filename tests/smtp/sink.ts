import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { type ParsedMail, parseMail } from './mime.ts';

/** What the sink does instead of accepting a mail. */
type Fault =
  /** Replies with this code at this point. At the greeting it also closes the connection, as servers do. */
  | { readonly at: 'greeting' | 'mail' | 'rcpt' | 'data'; readonly code: number; readonly text?: string }
  /** Accepts the connection and never greets. */
  | 'hang_before_greeting'
  /** Greets and never replies to a command. */
  | 'hang_after_greeting'
  /** Greets without end. */
  | 'greet_forever'
  /** Closes the connection at MAIL FROM. */
  | 'drop_at_mail'
  /** Does not reply to MAIL FROM until `release`. */
  | 'hang_at_mail'
  /** Reads the whole mail and never replies to it. */
  | 'hang_after_data'
  /** Reads the whole mail and closes the connection. */
  | 'drop_after_data';

export type Behaviour = 'accept' | Fault;

type ReceivedMail = ParsedMail & {
  readonly envelope: { readonly from: string; readonly to: readonly string[] };
};

export type SmtpSink = {
  /** `smtp://127.0.0.1:port`. */
  readonly url: string;
  /** Mails that were accepted with a 250, in the order of arrival. */
  readonly mails: readonly ReceivedMail[];
  /** Mails that arrived completely, accepted or not. */
  readonly received: readonly ReceivedMail[];
  /** The number of connections so far. */
  connections(): number;
  /** The number of connections that `connectionsMax` has refused so far. */
  refused(): number;
  /** The number of logins that were sent so far, right or wrong. */
  logins(): number;
  /** Waits until `count` mails have arrived completely, accepted or not. */
  untilReceived(count: number): Promise<void>;
  /** Waits until the sink has stopped replying to a client, as a behaviour says. */
  untilSilent(): Promise<void>;
  /** Waits until no connection is open. */
  untilClosed(): Promise<void>;
  /**
   * Sets the behaviour for the next mails, in this order. A behaviour before the first mail is for the next
   * connection. After the last one everything is accepted again.
   */
  behave(script: readonly Behaviour[]): void;
  /** Replies to the mails that `hang_at_mail` has stopped. */
  release(): void;
  /** Closes every open connection at once. */
  dropConnections(): void;
  close(): Promise<void>;
};

export type SinkOptions = {
  /** Requires this login. Without it the server has no AUTH. */
  readonly auth?: { readonly user: string; readonly password: string };
  /** Requires a login with this access token. */
  readonly accessToken?: string;
  /** Refuses further connections with 421. */
  readonly connectionsMax?: number;
  /** Offers STARTTLS, with an untrusted certificate. */
  readonly startTls?: boolean;
  /** Accepts only one command at a time. */
  readonly noPipelining?: boolean;
  /** By default a free one. */
  readonly port?: number;
};

/** Starts a mail server on a port of the loopback address. It keeps the mails that it gets. */
export const startSmtpSink = async ({
  auth,
  accessToken,
  connectionsMax = Number.POSITIVE_INFINITY,
  startTls = false,
  noPipelining = false,
  port = 0,
}: SinkOptions = {}): Promise<SmtpSink> => {
  const mails: ReceivedMail[] = [];
  const received: ReceivedMail[] = [];
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const waitingForClose: (() => void)[] = [];
  const sockets = new Map<number, Socket>();
  const behaviours = new Map<string, Behaviour>();
  const stoppedReplies: (() => void)[] = [];
  const silence = Promise.withResolvers<void>();
  let script: Behaviour[] = [];
  let connections = 0;
  let logins = 0;
  let refused = 0;

  const smtp = new SMTPServer({
    logger: false,
    name: 'sink',
    disableReverseLookup: true,
    authOptional: auth === undefined && accessToken === undefined,
    authMethods: accessToken === undefined ? ['PLAIN', 'LOGIN'] : ['XOAUTH2'],
    allowInsecureAuth: true,
    hidePIPELINING: noPipelining,
    disabledCommands: [
      ...(auth === undefined && accessToken === undefined ? ['AUTH'] : []),
      ...(startTls ? [] : ['STARTTLS']),
    ],
    onAuth: ({ username, password, accessToken: token }, _session, reply) => {
      logins++;
      if (accessToken !== undefined && token === accessToken) return reply(null, { user: username });
      if (username === auth?.user && password === auth?.password) reply(null, { user: username });
      else reply(replyError(535, `5.7.8 wrong login: ${username}, ${password}`));
    },
    onMailFrom: (_address, { id, remotePort }, reply) => {
      const behaviour = isConnectionFault(script[0]) ? 'accept' : (script.shift() ?? 'accept');
      behaviours.set(id, behaviour);
      if (behaviour === 'drop_at_mail') sockets.get(remotePort)?.destroy();
      else if (behaviour === 'hang_at_mail') {
        stoppedReplies.push(() => reply(null));
        silence.resolve();
      } else reply(replyAt('mail', behaviour));
    },
    onRcptTo: (_address, { id }, reply) => reply(replyAt('rcpt', behaviours.get(id))),
    onData: async (stream, session, reply) => {
      const mail = await readMail(stream, session);
      if (mail === null) return;
      received.push(mail);
      const behaviour = behaviours.get(session.id);
      const error = replyAt('data', behaviour);
      if (behaviour === 'drop_after_data') sockets.get(session.remotePort)?.destroy();
      else if (behaviour === 'hang_after_data') silence.resolve();
      else {
        if (error === null) mails.push(mail);
        reply(error);
      }
      for (const { count, resolve } of waiting) if (received.length >= count) resolve();
    },
  });
  smtp.on('error', () => {
    // The tests break connections on purpose.
  });

  const server = createServer((socket) => {
    const port = socket.remotePort ?? 0;
    connections++;
    sockets.set(port, socket);
    socket.on('close', () => {
      sockets.delete(port);
      if (sockets.size === 0) for (const resolve of waitingForClose.splice(0)) resolve();
    });
    socket.on('error', () => {});
    if (sockets.size > connectionsMax) {
      refused++;
      socket.end('421 4.7.0 too many connections\r\n');
      return;
    }
    const behaviour = isConnectionFault(script[0]) ? script.shift() : undefined;
    if (behaviour === undefined) return smtp.connect(socket);
    socket.resume();
    if (behaviour === 'hang_after_greeting') socket.once('data', () => silence.resolve());
    else silence.resolve();
    if (typeof behaviour === 'object') socket.end(`${behaviour.code} ${behaviour.text ?? 'refused'}\r\n`);
    else if (behaviour === 'hang_after_greeting') socket.write('220 sink ESMTP\r\n');
    else if (behaviour === 'greet_forever') {
      const timer = setInterval(() => socket.write('220-and\r\n'), 10);
      socket.on('close', () => clearInterval(timer));
    }
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the sink has no port');

  const dropConnections = () => {
    for (const socket of sockets.values()) socket.destroy();
  };
  return {
    url: `smtp://127.0.0.1:${address.port}`,
    mails,
    received,
    connections: () => connections,
    refused: () => refused,
    logins: () => logins,
    untilReceived: (count) =>
      received.length >= count
        ? Promise.resolve()
        : new Promise((resolve) => {
            waiting.push({ count, resolve });
          }),
    untilSilent: () => silence.promise,
    untilClosed: () =>
      sockets.size === 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            waitingForClose.push(resolve);
          }),
    behave: (next) => {
      script = [...next];
    },
    release: () => {
      for (const reply of stoppedReplies.splice(0)) reply();
    },
    dropConnections,
    close: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      dropConnections();
      await closed;
    },
  };
};

const isConnectionFault = (behaviour: Behaviour | undefined): boolean =>
  typeof behaviour === 'object'
    ? behaviour.at === 'greeting'
    : behaviour !== undefined && connectionFaults.has(behaviour);

const connectionFaults = new Set<Behaviour>(['hang_before_greeting', 'hang_after_greeting', 'greet_forever']);

const replyAt = (point: 'mail' | 'rcpt' | 'data', behaviour: Behaviour | undefined): Error | null =>
  typeof behaviour === 'object' && behaviour.at === point ? replyError(behaviour.code, behaviour.text) : null;

const replyError = (code: number, text = 'set by the test'): Error =>
  Object.assign(new Error(text), { responseCode: code });

/** Null if the connection ends before the mail. */
const readMail = async (
  stream: SMTPServerDataStream,
  session: SMTPServerSession,
): Promise<ReceivedMail | null> => {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of stream) chunks.push(chunk);
  } catch {
    return null;
  }
  const { mailFrom, rcptTo } = session.envelope;
  return {
    ...(await parseMail(Buffer.concat(chunks))),
    envelope: {
      from: mailFrom === false ? '' : mailFrom.address,
      to: rcptTo.map(({ address }) => address),
    },
  };
};
