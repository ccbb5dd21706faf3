import type { Socket } from 'node:net';
import type { SmtpFailure } from './failures.ts';

export type WiredMail = { readonly from: string; readonly to: string; readonly message: string };

/** What is said over a connection that is greeted and logged in, one mail at a time. */
export type Conversation = {
  /** Whether the server has said anything since the last mail began, or may have its content. */
  heard(): boolean;
  /** Whether it has said more than it was asked, which would be taken for its answer to the next mail. */
  isAhead(): boolean;
  /** Answers null once the server has taken the mail; of a connection that is lost it says nothing any more. */
  send(mail: WiredMail): Promise<SmtpFailure | null>;
};

/**
 * Takes the connection's incoming data over. Written here because each write costs as much as composing a mail. A mail
 * goes out whole in one where the server takes content by its length (RFC 3030); else its envelope does where the
 * server can take it so (RFC 2920), and the content with its end in another. `unasked` is called for what the server
 * says by itself, which is its goodbye.
 */
export const createConversation = (socket: Socket, greeting: string, unasked: () => void): Conversation => {
  const replies = repliesFrom(socket, unasked);
  const canPipeline = /^250[- ]PIPELINING\s*$/im.test(greeting);
  const canChunk = canPipeline && /^250[- ]CHUNKING\s*$/im.test(greeting);
  const canUtf8 = /^250[- ]SMTPUTF8\s*$/im.test(greeting);

  const send = async ({ from, to, message }: WiredMail): Promise<SmtpFailure | null> => {
    const wide = canUtf8 && /\P{ASCII}/u.test(from + to) ? ' SMTPUTF8' : '';
    const envelope: readonly Line[] = [
      { command: 'MAIL FROM', line: `MAIL FROM:<${from}>${wide}\r\n`, wanted: '2' },
      { command: 'RCPT TO', line: `RCPT TO:<${to}>\r\n`, wanted: '2' },
    ];
    return canChunk ? sendWhole(envelope, message) : sendDotted(envelope, message);
  };

  /** Without a recipient that it took, the server throws the content away: it may not take it (RFC 3030, 4.2). */
  const sendWhole = (envelope: readonly Line[], message: string): Promise<SmtpFailure | null> => {
    const line = `BDAT ${Buffer.byteLength(message)} LAST\r\n${message}`;
    replies.commit();
    return say([...envelope, { command: 'DATA', line, wanted: '2' }]);
  };

  const sendDotted = async (envelope: readonly Line[], message: string): Promise<SmtpFailure | null> => {
    const refused = await say([...envelope, { command: 'DATA', line: 'DATA\r\n', wanted: '3' }]);
    if (refused !== null) return refused;
    // A dot at the start of a line is doubled: alone it would end the mail (RFC 5321, 4.5.2).
    socket.write(`${message.replaceAll('\r\n.', '\r\n..')}.\r\n`);
    const reply = await replies.next();
    return reply.startsWith('2') ? null : refusal('DATA', reply);
  };

  /** Says the lines, at once where the server can take them so, and answers what it refused first. */
  const say = async (lines: readonly Line[]): Promise<SmtpFailure | null> => {
    if (canPipeline) socket.write(lines.map(({ line }) => line).join(''));
    for (const { command, line, wanted } of lines) {
      if (!canPipeline) socket.write(line);
      const reply = await replies.next();
      if (!reply.startsWith(wanted)) return refusal(command, reply);
    }
    return null;
  };

  return {
    heard: replies.heard,
    isAhead: replies.isAhead,
    send: async (mail) => {
      replies.begin();
      const failure = await send(mail);
      replies.end();
      return failure;
    },
  };
};

type Line = { readonly command: string; readonly line: string; readonly wanted: '2' | '3' };

const refusal = (command: string, response: string): SmtpFailure => ({
  command,
  response,
  responseCode: Number(response.slice(0, 3)),
});

/** Cuts what comes in into whole replies, of one line or several. */
const repliesFrom = (socket: Socket, unasked: () => void) => {
  const waiting: ((reply: string) => void)[] = [];
  const early: string[] = [];
  let rest = '';
  let heard = false;
  let asked = false;

  socket.on('data', (chunk: Buffer) => {
    heard = true;
    // Octets for now, so that a letter that is cut in two stays whole.
    rest += chunk.toString('latin1');
    for (let reply = wholeReply.exec(rest); reply !== null; reply = wholeReply.exec(rest)) {
      rest = rest.slice(reply[0].length);
      const text = Buffer.from(reply[0].trim(), 'latin1').toString();
      const answer = waiting.shift();
      if (answer !== undefined) answer(text);
      else early.push(text);
    }
    if (!asked || rest.length > replyMax) unasked();
  });

  return {
    heard: () => heard,
    isAhead: () => early.length > 0 || rest !== '',
    begin: () => {
      heard = false;
      asked = true;
    },
    /** From here on the server may take the mail, though its answer be lost. */
    commit: () => {
      heard = true;
    },
    end: () => {
      asked = false;
    },
    next: (): Promise<string> => {
      const reply = early.shift();
      if (reply !== undefined) return Promise.resolve(reply);
      return new Promise((resolve) => {
        waiting.push(resolve);
      });
    },
  };
};

/** Lines with a hyphen after the code, and one without. */
const wholeReply = /^(?:\d{3}-[^\n]*\n)*\d{3}(?:[^-\n][^\n]*)?\n/;

/** Of characters; a server that goes on and on is not listened to. */
const replyMax = 100_000;
