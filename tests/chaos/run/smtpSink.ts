import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { SMTPServer } from 'smtp-server';
import type { SeededRandom } from '../../processes/random.ts';
import { parseMail } from '../../smtp/mime.ts';
import { attachedInvoices } from '../attachedInvoices.ts';
import type { ReceivedMail } from '../snapshot.ts';
import { mailKindOf, taskIdIn } from './databaseRecords.ts';

/** A fault of the server itself, which is true of every mail: no listener, 421 for every connection, no login. */
export const serverFaults = ['down', 'busy', 'login'] as const;
export type ServerFault = (typeof serverFaults)[number];

/** A mail server with faults that keeps the mails it accepts. */
export type SmtpSink = {
  readonly url: string;
  /** The mails that customers may have read: accepted with a 250, or accepted and the reply lost. */
  readonly mails: readonly ReceivedMail[];
  /** Holds the reply to every mail that arrives from now on, until the returned function is called. */
  holdReplies(): () => void;
  /** Begins a fault of the server, or ends it with null. A mail that it is just receiving is still answered. */
  setServerFault(fault: ServerFault | null): Promise<void>;
  /** How often the mail of a task has arrived, whatever the reply was. */
  arrivals(taskId: string): number;
  /** From now on every mail is accepted at once. */
  stopFaults(): void;
  close(): Promise<void>;
};

/**
 * Until `stopFaults` it delays some mails, defers some, rejects some permanently, and closes the connection
 * after it has accepted some.
 */
export const startSmtpSink = async (random: SeededRandom): Promise<SmtpSink> => {
  const mails: ReceivedMail[] = [];
  const sockets = new Map<number, Socket>();
  let hasFaults = true;
  let held: Promise<void> = Promise.resolve();
  let serverFault: ServerFault | null = null;
  const arrivals = new Map<string, number>();
  /** The ports of clients that are sending a mail. */
  const sending = new Set<number>();

  const smtp = new SMTPServer({
    logger: false,
    disableReverseLookup: true,
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    onAuth: ({ username }, _session, reply) =>
      serverFault === 'login'
        ? reply(createReply(535, '5.7.8 this login is refused'))
        : reply(null, { user: username }),
    onMailFrom: (_address, { remotePort }, reply) => {
      sending.add(remotePort);
      reply();
    },
    onData: async (stream, session, sendReply) => {
      const reply = (error: Error | null) => {
        sending.delete(session.remotePort);
        sendReply(error);
      };
      const source = await readAll(stream);
      if (source === null) return reply(createReply(451, 'incomplete mail'));
      const mail = await receivedMail(source);
      arrivals.set(mail.taskId, (arrivals.get(mail.taskId) ?? 0) + 1);
      await held;
      const choice = hasFaults ? random.unit() : 1;
      if (hasFaults && random.bool(0.5)) await pause(random.between(0, 1_500));
      if (choice < 0.06) return reply(createReply(451, 'try again later'));
      if (choice < 0.14) return reply(createReply(550, 'no such user'));
      mails.push(mail);
      if (choice < 0.18) sockets.get(session.remotePort)?.destroy();
      else reply(null);
    },
  });
  smtp.on('error', () => {
    // Killed clients break their connections.
  });
  const server = createServer((socket) => {
    const port = socket.remotePort ?? 0;
    sockets.set(port, socket);
    socket.on('close', () => {
      sockets.delete(port);
      sending.delete(port);
    });
    socket.on('error', () => {});
    if (serverFault === 'busy') socket.end('421 4.3.2 this server is too busy\r\n');
    else smtp.connect(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the SMTP sink has no port');

  const setServerFault = async (fault: ServerFault | null) => {
    serverFault = fault;
    // Connections from before would pass by the fault.
    if (fault !== null) for (const [port, socket] of sockets) if (!sending.has(port)) socket.destroy();
    if (fault === 'down') server.close();
    else if (!server.listening) {
      server.listen(address.port, '127.0.0.1');
      await once(server, 'listening');
    }
  };

  return {
    url: `smtp://shop:s3cret@127.0.0.1:${address.port}`,
    mails,
    holdReplies: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return resolve;
    },
    setServerFault,
    arrivals: (taskId) => arrivals.get(taskId) ?? 0,
    stopFaults: () => {
      hasFaults = false;
      held = Promise.resolve();
    },
    close: async () => {
      const closed = server.listening ? once(server, 'close') : null;
      server.close();
      for (const socket of sockets.values()) socket.destroy();
      await closed;
    },
  };
};

/** Returns null where the sender was killed before the end of the mail. */
const readAll = async (stream: AsyncIterable<Buffer>): Promise<Buffer | null> => {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of stream) chunks.push(chunk);
    return Buffer.concat(chunks);
  } catch {
    return null;
  }
};

/** Takes the ids of the orders from the text of the mail, because the Message-ID is itself under test. */
const receivedMail = async (source: Buffer): Promise<ReceivedMail> => {
  const { messageId, to, subject, text, attachments } = await parseMail(source);
  const ids = text.match(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g) ?? [];
  return {
    messageId,
    taskId: taskIdIn(messageId),
    to,
    attachedInvoices: attachedInvoices(attachments),
    kind: mailKindOf(subject),
    orderIds: [...new Set(ids)],
  };
};

const createReply = (code: number, text: string): Error =>
  Object.assign(new Error(text), { responseCode: code });

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
