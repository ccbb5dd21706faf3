import type { Socket } from 'node:net';
import type { SmtpFailure } from './failures.ts';

export type OutgoingMail = { readonly from: string; readonly to: string; readonly message: string };

/** The SMTP dialogue over a connection after greeting and login, one mail at a time. */
export type Conversation = {
  /** True if the server has replied since the last mail began, or may have received its content. */
  mayHaveReceived(): boolean;
  /**
   * True if the server sent more replies than commands. An extra reply would be read as that to the next
   * mail.
   */
  hasExtraReply(): boolean;
  /** Resolves to null once the server has accepted the mail. Never resolves after the connection is lost. */
  send(mail: OutgoingMail): Promise<SmtpFailure | null>;
};

/**
 * Takes over the incoming data of the connection. We do not use nodemailer for this, since each write costs
 * as much as composing a mail. If the server accepts content by its length (RFC 3030), a mail is one write.
 * Else, if it accepts pipelined commands (RFC 2920), the envelope is one write and the content another.
 * `onUnexpected` is called when the server sends something between mails, which is usually its goodbye.
 */
export const createConversation = (
  socket: Socket,
  greeting: string,
  onUnexpected: () => void,
): Conversation => {
  const replies = createReplyReader(socket, onUnexpected);
  const canPipeline = /^250[- ]PIPELINING\s*$/im.test(greeting);
  const canChunk = canPipeline && /^250[- ]CHUNKING\s*$/im.test(greeting);
  const canUtf8 = /^250[- ]SMTPUTF8\s*$/im.test(greeting);

  const send = async ({ from, to, message }: OutgoingMail): Promise<SmtpFailure | null> => {
    if (!canUtf8 && isUtf8(from)) return { command: 'MAIL FROM', ...utf8Unsupported };
    if (!canUtf8 && isUtf8(to)) return { command: 'RCPT TO', ...utf8Unsupported };
    const utf8 = isUtf8(from + to) ? ' SMTPUTF8' : '';
    const envelope: readonly Line[] = [
      { command: 'MAIL FROM', line: `MAIL FROM:<${from}>${utf8}\r\n`, expected: '2' },
      { command: 'RCPT TO', line: `RCPT TO:<${to}>\r\n`, expected: '2' },
    ];
    return canChunk ? sendChunk(envelope, message) : sendData(envelope, message);
  };

  /** If the server rejects the recipient, it must also reject the content (RFC 3030, 4.2). */
  const sendChunk = (envelope: readonly Line[], message: string): Promise<SmtpFailure | null> => {
    const line = `BDAT ${Buffer.byteLength(message)} LAST\r\n${message}`;
    replies.contentSent();
    return sendLines([...envelope, { command: 'DATA', line, expected: '2' }]);
  };

  const sendData = async (envelope: readonly Line[], message: string): Promise<SmtpFailure | null> => {
    const failure = await sendLines([...envelope, { command: 'DATA', line: 'DATA\r\n', expected: '3' }]);
    if (failure !== null) return failure;
    // A dot at the start of a line must be doubled, since a line with a single dot ends the mail (RFC 5321,
    // 4.5.2).
    socket.write(`${message.replaceAll('\r\n.', '\r\n..')}.\r\n`);
    const reply = await replies.next();
    return reply.startsWith('2') ? null : failureOf('DATA', reply);
  };

  /** Sends the lines, in one write if the server accepts pipelining. Returns the first rejection, or null. */
  const sendLines = async (lines: readonly Line[]): Promise<SmtpFailure | null> => {
    if (canPipeline) socket.write(lines.map(({ line }) => line).join(''));
    for (const { command, line, expected } of lines) {
      if (!canPipeline) socket.write(line);
      const reply = await replies.next();
      if (!reply.startsWith(expected)) return failureOf(command, reply);
    }
    return null;
  };

  return {
    mayHaveReceived: replies.mayHaveReceived,
    hasExtraReply: replies.hasExtraReply,
    send: async (mail) => {
      replies.begin();
      const failure = await send(mail);
      replies.end();
      return failure;
    },
  };
};

const isUtf8 = (address: string): boolean => /\P{ASCII}/u.test(address);

/**
 * A server without SMTPUTF8 gets no address in UTF-8 (RFC 6531, 3.1): it may cut it, or deliver to somebody else. The
 * code is the one that it would reply with (3.5).
 */
const utf8Unsupported = { code: 'EUTF8', responseCode: 553 } as const;

/** `expected` is the first digit of the reply code that accepts the line. */
type Line = { readonly command: string; readonly line: string; readonly expected: '2' | '3' };

const failureOf = (command: string, response: string): SmtpFailure => ({
  command,
  response,
  responseCode: Number(response.slice(0, 3)),
});

/** Splits the incoming data into complete replies, each of one or more lines. */
const createReplyReader = (socket: Socket, onUnexpected: () => void) => {
  const waiting: ((reply: string) => void)[] = [];
  const extraReplies: string[] = [];
  let buffer = '';
  let mayHaveReceived = false;
  let isSending = false;

  socket.on('data', (chunk: Buffer) => {
    mayHaveReceived = true;
    // Latin-1 keeps each byte, so that a chunk can end in the middle of a UTF-8 character.
    buffer += chunk.toString('latin1');
    for (let reply = completeReply.exec(buffer); reply !== null; reply = completeReply.exec(buffer)) {
      buffer = buffer.slice(reply[0].length);
      const text = Buffer.from(reply[0].trim(), 'latin1').toString();
      const resolve = waiting.shift();
      if (resolve !== undefined) resolve(text);
      else extraReplies.push(text);
    }
    if (!isSending || buffer.length > replyMax) onUnexpected();
  });

  return {
    mayHaveReceived: () => mayHaveReceived,
    hasExtraReply: () => extraReplies.length > 0 || buffer !== '',
    begin: () => {
      mayHaveReceived = false;
      isSending = true;
    },
    /** From now on the server may accept the mail, even if its reply is lost. */
    contentSent: () => {
      mayHaveReceived = true;
    },
    end: () => {
      isSending = false;
    },
    next: (): Promise<string> => {
      const reply = extraReplies.shift();
      if (reply !== undefined) return Promise.resolve(reply);
      return new Promise((resolve) => {
        waiting.push(resolve);
      });
    },
  };
};

/** Any number of lines with a hyphen after the code, and one line without. */
const completeReply = /^(?:\d{3}-[^\n]*\n)*\d{3}(?:[^-\n][^\n]*)?\n/;

/** In characters. A longer reply without an end breaks off the connection. */
const replyMax = 100_000;
