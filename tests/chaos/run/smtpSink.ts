import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { SMTPServer } from 'smtp-server';
import type { Dice } from '../../processes/random.ts';
import { parseMail } from '../../smtp/mime.ts';
import type { MailSeen } from '../snapshot.ts';
import { kindOf } from './records.ts';

/** A mail server of moods, which keeps what it took. */
export type PostOffice = {
  readonly url: string;
  /** Which customers could have read: taken with a 250, or taken and the answer lost. */
  readonly mails: readonly MailSeen[];
  /** Keeps every mail that comes from now on without an answer, until the answered function is called. */
  hold(): () => void;
  /** From now on every mail is taken at once. */
  calm(): void;
  close(): Promise<void>;
};

/**
 * While it is not calm it takes its time for some mails, defers some, rejects some for ever, and breaks off
 * after it took some.
 */
export const postOffice = async (chance: Dice): Promise<PostOffice> => {
  const mails: MailSeen[] = [];
  const sockets = new Map<number, Socket>();
  let calm = false;
  let held: Promise<void> = Promise.resolve();

  const smtp = new SMTPServer({
    logger: false,
    disableReverseLookup: true,
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData: async (stream, session, answer) => {
      const source = await whole(stream);
      if (source === null) return answer(replying(451, 'half a mail'));
      await held;
      const mood = calm ? 1 : chance.unit();
      if (!calm && chance.isLikely(0.5)) await pause(chance.between(0, 1_500));
      if (mood < 0.06) return answer(replying(451, 'come back later'));
      if (mood < 0.14) return answer(replying(550, 'nobody of that name'));
      mails.push(seen(source));
      if (mood < 0.18) sockets.get(session.remotePort)?.destroy();
      else answer(null);
    },
  });
  smtp.on('error', () => {
    // Clients that are killed break their connections off.
  });
  const server = createServer((socket) => {
    const port = socket.remotePort ?? 0;
    sockets.set(port, socket);
    socket.on('close', () => sockets.delete(port));
    socket.on('error', () => {});
    smtp.connect(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the post office has no port');

  return {
    url: `smtp://127.0.0.1:${address.port}`,
    mails,
    hold: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return resolve;
    },
    calm: () => {
      calm = true;
      held = Promise.resolve();
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets.values()) socket.destroy();
      await closed;
    },
  };
};

/** Null where the sender was killed in the middle of it. */
const whole = async (stream: AsyncIterable<Buffer>): Promise<Buffer | null> => {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of stream) chunks.push(chunk);
    return Buffer.concat(chunks);
  } catch {
    return null;
  }
};

/** The order is read from what the mail says, not from its Message-ID, which is under test itself. */
const seen = (source: Buffer): MailSeen => {
  const { messageId, to, subject, text } = parseMail(source);
  const ids = text.match(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g) ?? [];
  return {
    messageId,
    to: to.replace(/^<|>$/g, ''),
    kind: kindOf(subject),
    orderId: ids.at(-1) ?? 'none',
  };
};

const replying = (code: number, text: string): Error =>
  Object.assign(new Error(text), { responseCode: code });

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
