import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { type ParsedMail, parseMail } from './mime.ts';

/** What the sink does instead of taking a mail. */
type Rudeness =
  /** A reply of its own at this point; at the greeting it closes the connection, as servers do. */
  | { readonly at: 'greeting' | 'mail' | 'rcpt' | 'data'; readonly code: number; readonly text?: string }
  /** Takes the connection and never greets. */
  | 'hang_before_greeting'
  /** Greets and never answers a command. */
  | 'hang_after_greeting'
  /** Greets without end. */
  | 'babble'
  /** Breaks the connection off where a mail begins. */
  | 'drop_at_mail'
  /** Says nothing where a mail begins, until `release`. */
  | 'hang_at_mail'
  /** Has the whole mail and never says whether it took it. */
  | 'hang_after_data'
  /** Has the whole mail and breaks the connection off. */
  | 'drop_after_data';

export type Behaviour = 'accept' | Rudeness;

type SunkMail = ParsedMail & {
  readonly envelope: { readonly from: string; readonly to: readonly string[] };
};

export type SmtpSink = {
  /** `smtp://127.0.0.1:port`. */
  readonly url: string;
  /** What was taken with a 250, in the order it came. */
  readonly mails: readonly SunkMail[];
  /** What came whole, taken or not. */
  readonly received: readonly SunkMail[];
  /** Connections so far. */
  connections(): number;
  /** Waits until `count` mails came whole, taken or not. */
  until(count: number): Promise<void>;
  /** Waits until no connection is open. */
  quiet(): Promise<void>;
  /**
   * What to do from now on, one a mail (or a connection, for what happens before the first mail), in this
   * order; after the last, everything is accepted again.
   */
  behave(script: readonly Behaviour[]): void;
  /** Goes on with the mails that `hang_at_mail` has held up. */
  release(): void;
  /** Breaks every open connection off. */
  hangUp(): void;
  close(): Promise<void>;
};

export type SinkOptions = {
  /** Asks for these; without them it knows no AUTH. */
  readonly auth?: { readonly user: string; readonly password: string };
  /** Offers STARTTLS, with a certificate that nobody trusts. */
  readonly startTls?: boolean;
  /** Wants one command at a time. */
  readonly oneByOne?: boolean;
};

/** A real mail server on a free port of the loopback that keeps what it gets. */
export const smtpSink = async ({
  auth,
  startTls = false,
  oneByOne = false,
}: SinkOptions = {}): Promise<SmtpSink> => {
  const mails: SunkMail[] = [];
  const received: SunkMail[] = [];
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const waitingForQuiet: (() => void)[] = [];
  const sockets = new Map<number, Socket>();
  const atHand = new Map<string, Behaviour>();
  const heldUp: (() => void)[] = [];
  let script: Behaviour[] = [];
  let connections = 0;

  const smtp = new SMTPServer({
    logger: false,
    name: 'sink',
    disableReverseLookup: true,
    authOptional: auth === undefined,
    allowInsecureAuth: true,
    hidePIPELINING: oneByOne,
    disabledCommands: [...(auth === undefined ? ['AUTH'] : []), ...(startTls ? [] : ['STARTTLS'])],
    onAuth: ({ username, password }, _session, answer) => {
      if (username === auth?.user && password === auth?.password) answer(null, { user: username });
      else answer(replying(535, `5.7.8 ${username} and ${password} do not fit`));
    },
    onMailFrom: (_address, { id, remotePort }, answer) => {
      const behaviour = isOfConnection(script[0]) ? 'accept' : (script.shift() ?? 'accept');
      atHand.set(id, behaviour);
      if (behaviour === 'drop_at_mail') sockets.get(remotePort)?.destroy();
      else if (behaviour === 'hang_at_mail') heldUp.push(() => answer(null));
      else answer(replyAt('mail', behaviour));
    },
    onRcptTo: (_address, { id }, answer) => answer(replyAt('rcpt', atHand.get(id))),
    onData: async (stream, session, answer) => {
      const mail = await readMail(stream, session);
      if (mail === null) return;
      received.push(mail);
      const behaviour = atHand.get(session.id);
      const refusal = replyAt('data', behaviour);
      if (behaviour === 'drop_after_data') sockets.get(session.remotePort)?.destroy();
      else if (behaviour !== 'hang_after_data') {
        if (refusal === null) mails.push(mail);
        answer(refusal);
      }
      for (const one of waiting) if (received.length >= one.count) one.resolve();
    },
  });
  smtp.on('error', () => {
    // Broken connections are what a sink is for.
  });

  const server = createServer((socket) => {
    const port = socket.remotePort ?? 0;
    connections++;
    sockets.set(port, socket);
    socket.on('close', () => {
      sockets.delete(port);
      if (sockets.size === 0) for (const resolve of waitingForQuiet.splice(0)) resolve();
    });
    socket.on('error', () => {});
    const behaviour = isOfConnection(script[0]) ? script.shift() : undefined;
    if (behaviour === undefined) return smtp.connect(socket);
    socket.resume();
    if (typeof behaviour === 'object') socket.end(`${behaviour.code} ${behaviour.text ?? 'refused'}\r\n`);
    else if (behaviour === 'hang_after_greeting') socket.write('220 sink ESMTP\r\n');
    else if (behaviour === 'babble') {
      const timer = setInterval(() => socket.write('220-and\r\n'), 10);
      socket.on('close', () => clearInterval(timer));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the sink has no port');

  const hangUp = () => {
    for (const socket of sockets.values()) socket.destroy();
  };
  return {
    url: `smtp://127.0.0.1:${address.port}`,
    mails,
    received,
    connections: () => connections,
    until: (count) =>
      received.length >= count
        ? Promise.resolve()
        : new Promise((resolve) => {
            waiting.push({ count, resolve });
          }),
    quiet: () =>
      sockets.size === 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            waitingForQuiet.push(resolve);
          }),
    behave: (next) => {
      script = [...next];
    },
    release: () => {
      for (const goOn of heldUp.splice(0)) goOn();
    },
    hangUp,
    close: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      hangUp();
      await closed;
    },
  };
};

const isOfConnection = (behaviour: Behaviour | undefined): boolean =>
  typeof behaviour === 'object'
    ? behaviour.at === 'greeting'
    : behaviour !== undefined && ofConnections.has(behaviour);

const ofConnections = new Set<Behaviour>(['hang_before_greeting', 'hang_after_greeting', 'babble']);

const replyAt = (point: 'mail' | 'rcpt' | 'data', behaviour: Behaviour | undefined): Error | null =>
  typeof behaviour === 'object' && behaviour.at === point ? replying(behaviour.code, behaviour.text) : null;

const replying = (code: number, text = 'as the script says'): Error =>
  Object.assign(new Error(text), { responseCode: code });

/** Null where the connection ends before the mail does. */
const readMail = async (
  stream: SMTPServerDataStream,
  session: SMTPServerSession,
): Promise<SunkMail | null> => {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of stream) chunks.push(chunk);
  } catch {
    return null;
  }
  const { mailFrom, rcptTo } = session.envelope;
  return {
    ...parseMail(Buffer.concat(chunks)),
    envelope: {
      from: mailFrom === false ? '' : mailFrom.address,
      to: rcptTo.map(({ address }) => address),
    },
  };
};
