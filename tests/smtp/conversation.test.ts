import { describe, expect, test } from 'bun:test';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { createSmtpMailer } from '../../adapters/smtp/mailer.ts';
import { openSession, parseServerUrl } from '../../adapters/smtp/session.ts';
import { systemTimer } from '../../adapters/system/timer.ts';
import { createTestWorld } from '../world.ts';
import { mailOf } from './mails.ts';
import { longTimeouts, withSink } from './withSink.ts';

/**
 * A minimal server that keeps the chunks of data as they arrive. It accepts every command, unless `replies`
 * has another reply for its first four letters. `extensions` are those of its reply to EHLO, separated by
 * spaces. The reply `drop` closes the connection.
 */
const startMinimalServer = async (extensions: string, replies: Readonly<Record<string, string>> = {}) => {
  const pieces: string[] = [];
  const server = createServer((socket) => {
    let inContent = false;
    socket.write('220 minimal\r\n');
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      const piece = chunk.toString();
      pieces.push(piece);
      if (inContent) {
        inContent = !piece.endsWith('\r\n.\r\n');
        if (!inContent) socket.write('250 accepted\r\n');
        return;
      }
      const commands = piece.replace(/(BDAT \d+ LAST\r\n)[\s\S]*/, '$1');
      const verbs = commands.split('\r\n').map((line) => line.slice(0, 4).toUpperCase());
      const answers = verbs
        .filter((verb) => verb !== '')
        .map((verb) => replies[verb] ?? replyTo(verb, extensions));
      inContent = answers.some((reply) => reply.startsWith('354'));
      if (answers.includes('drop')) socket.destroy();
      else writeInPieces(socket, answers.join(''));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const url = `smtp://127.0.0.1:${address.port}`;
  const mailer = createSmtpMailer(createTestWorld(), {
    url,
    from: 'shop@shop.example',
    timeouts: longTimeouts,
  });
  return {
    pieces,
    mailer,
    url,
    close: async () => {
      await mailer.close();
      server.close();
    },
  };
};

const replyTo = (verb: string, extensions: string): string =>
  ({ EHLO: hello(extensions.split(' ')), DATA: '354 go on\r\n', QUIT: '221 bye\r\n' })[verb] ?? '250 ok\r\n';

const hello = (extensions: readonly string[]): string =>
  [...extensions.map((extension) => `250-${extension}\r\n`), '250 HELP\r\n'].join('');

/** Writes the text in two pieces, as a network may deliver it. */
const writeInPieces = (socket: Socket, text: string): void => {
  const middle = Math.floor(text.length / 2);
  socket.write(text.slice(0, middle));
  setImmediate(() => socket.write(text.slice(middle)));
};

describe('SMTP conversations', () => {
  test.concurrent('The envelope is one write if the server accepts pipelining', async () => {
    const { pieces, mailer, close } = await startMinimalServer('PIPELINING');
    expect(await mailer.send(mailOf(1))).toEqual({ kind: 'accepted' });
    await close();
    const [, envelope = '', content = ''] = pieces;
    expect(envelope).toMatch(/^MAIL FROM:<.+>\r\nRCPT TO:<.+>\r\nDATA\r\n$/);
    expect(content).toEndWith('\r\n.\r\n');
  });

  test.concurrent('A mail is one write if the server accepts content by its length', async () => {
    const { pieces, mailer, close } = await startMinimalServer('PIPELINING CHUNKING SMTPUTF8');
    expect(await mailer.send(mailOf(1, { to: 'hậu@example.com' }))).toEqual({ kind: 'accepted' });
    expect(await mailer.send(mailOf(2))).toEqual({ kind: 'accepted' });
    await close();
    const [, first = '', second = '', goodbye] = pieces;
    const whole = /^MAIL FROM:<.+>(?: SMTPUTF8)?\r\nRCPT TO:<.+>\r\nBDAT (\d+) LAST\r\n([\s\S]+)$/;
    for (const piece of [first, second]) {
      const [, length, content = ''] = whole.exec(piece) ?? [];
      expect(Number(length)).toBe(Buffer.byteLength(content));
      expect(content).toEndWith('--\r\n');
    }
    expect(goodbye).toBe('QUIT\r\n');
  });

  test.concurrent('The failure of a mail in one write is the first rejection', async () => {
    const rejections = { RCPT: '550 no\r\n', BDAT: '503 no recipient\r\n' };
    const { mailer, close } = await startMinimalServer('PIPELINING CHUNKING', rejections);
    expect(await mailer.send(mailOf(1))).toEqual({
      kind: 'rejected',
      reason: 'the mail server answered RCPT TO with 550 no',
    });
    await close();
  });

  test.concurrent('The mailer does not send a mail again that a lost server may have accepted', async () => {
    const replies: Record<string, string> = {};
    const { pieces, mailer, close } = await startMinimalServer('PIPELINING CHUNKING', replies);
    expect(await mailer.send(mailOf(1))).toEqual({ kind: 'accepted' });
    replies.BDAT = 'drop';
    expect(await mailer.send(mailOf(2))).toMatchObject({ kind: 'deferred' });
    await close();
    expect(pieces.filter((piece) => piece.includes('BDAT'))).toHaveLength(2);
  });

  test.concurrent('A session ends if the server sends more replies than commands', async () => {
    const replies: Record<string, string> = { BDAT: '250 accepted\r\n421 too many mails\r\n' };
    const { pieces, mailer, close } = await startMinimalServer('PIPELINING CHUNKING', replies);
    expect(await mailer.send(mailOf(1))).toEqual({ kind: 'accepted' });
    replies.BDAT = '552 too large\r\n';
    expect(await mailer.send(mailOf(2))).toMatchObject({ kind: 'rejected' });
    await close();
    expect(pieces.filter((piece) => piece.startsWith('EHLO'))).toHaveLength(2);
  });

  test.concurrent('The commands are separate writes if the server does not accept pipelining', async () => {
    const { pieces, mailer, close } = await startMinimalServer('8BITMIME');
    expect(await mailer.send(mailOf(1))).toEqual({ kind: 'accepted' });
    await close();
    expect(pieces.slice(1, 4).map((piece) => piece.slice(0, 4))).toEqual(['MAIL', 'RCPT', 'DATA']);
  });

  test.concurrent('An envelope with a UTF-8 address says so if the server supports it', async () => {
    const { pieces, mailer, close } = await startMinimalServer('SMTPUTF8');
    expect(await mailer.send(mailOf(1, { to: 'hậu@example.com' }))).toEqual({ kind: 'accepted' });
    await close();
    expect(pieces[1]).toEndWith('> SMTPUTF8\r\n');
    expect(pieces[2]).toBe('RCPT TO:<hậu@example.com>\r\n');
  });

  test.concurrent('A server without SMTPUTF8 gets no UTF-8 address, and the next mail all the same', async () => {
    const { pieces, mailer, close } = await startMinimalServer('PIPELINING CHUNKING');
    expect(await mailer.send(mailOf(1))).toEqual({ kind: 'accepted' });
    expect(await mailer.send(mailOf(2, { to: 'dörte@example.com' }))).toEqual({
      kind: 'rejected',
      reason: 'the mail server takes no address with characters beyond ASCII: it has no SMTPUTF8 (EUTF8)',
    });
    expect(await mailer.send(mailOf(3, { to: 'dorte@münchen.example' }))).toEqual({ kind: 'accepted' });
    await close();
    const recipients = pieces.join('').match(/RCPT TO:<.*>/g);
    expect(recipients?.slice(1)).toEqual(['RCPT TO:<dorte@xn--mnchen-3ya.example>']);
    expect(recipients).toHaveLength(2);
  });

  test.concurrent('A mail waits if its sender is a UTF-8 address and the server has no SMTPUTF8', async () => {
    const { pieces, url, close } = await startMinimalServer('PIPELINING');
    const mailer = createSmtpMailer(createTestWorld(), { url, from: 'đông@shop.example' });
    expect(await mailer.send(mailOf(1))).toMatchObject({ kind: 'deferred' });
    await mailer.close();
    await close();
    expect(pieces.join('')).not.toContain('MAIL FROM');
  });

  test.concurrent('No content is sent if the recipient is rejected, even if DATA is accepted', async () => {
    const { pieces, mailer, close } = await startMinimalServer('PIPELINING', {
      RCPT: '550-no\r\n550 hộp thư\r\n',
    });
    expect(await mailer.send(mailOf(1))).toEqual({
      kind: 'rejected',
      reason: 'the mail server answered RCPT TO with 550-no 550 hộp thư',
    });
    await close();
    expect(pieces.join('')).not.toContain('Subject');
  });

  test.concurrent('A dot at the start of a line is doubled, since it would end the mail', async () => {
    const { pieces, url, close } = await startMinimalServer('PIPELINING');
    const { signal } = new AbortController();
    const session = (
      await openSession(parseServerUrl(url, longTimeouts), systemTimer, signal)
    )._unsafeUnwrap();
    const mail = { from: 'a@shop.example', to: 'b@shop.example', message: 'Subject: x\r\n\r\n.\r\n.b\r\n' };
    expect(await session.send(mail, signal)).toBeNull();
    await session.quit();
    await close();
    expect(pieces[2]).toBe('Subject: x\r\n\r\n..\r\n..b\r\n.\r\n');
  });

  test.concurrent(
    'A rejected and an accepted mail go through a server without pipelining',
    withSink(
      async (sink, mailerFor) => {
        const mailer = mailerFor(sink.url);
        sink.behave([{ at: 'rcpt', code: 550 }]);
        expect(await mailer.send(mailOf(1))).toMatchObject({ kind: 'rejected' });
        expect(await mailer.send(mailOf(2))).toEqual({ kind: 'accepted' });
        expect(sink.mails).toHaveLength(1);
      },
      { noPipelining: true },
    ),
  );
});
