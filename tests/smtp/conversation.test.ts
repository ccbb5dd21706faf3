import { describe, expect, test } from 'bun:test';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { createSmtpMailer } from '../../adapters/smtp/mailer.ts';
import { openSession, serverAt } from '../../adapters/smtp/session.ts';
import { systemTimer } from '../../adapters/system/timer.ts';
import { testWorld } from '../world.ts';
import { mailOf } from './mails.ts';
import { patient, withSink } from './withSink.ts';

/** A server of few words, which keeps the pieces that came. It takes all, and says `offers` to EHLO. It hangs up on `drop`. */
const laconic = async (offers: string, answers: Readonly<Record<string, string>> = {}) => {
  const pieces: string[] = [];
  const server = createServer((socket) => {
    let inContent = false;
    socket.write('220 laconic\r\n');
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      const piece = chunk.toString();
      pieces.push(piece);
      if (inContent) {
        inContent = !piece.endsWith('\r\n.\r\n');
        if (!inContent) socket.write('250 taken\r\n');
        return;
      }
      const commands = piece.replace(/(BDAT \d+ LAST\r\n)[\s\S]*/, '$1');
      const verbs = commands.split('\r\n').map((line) => line.slice(0, 4).toUpperCase());
      const said = verbs.filter((verb) => verb !== '').map((verb) => answers[verb] ?? replyTo(verb, offers));
      inContent = said.some((reply) => reply.startsWith('354'));
      if (said.includes('drop')) socket.destroy();
      else inPieces(socket, said.join(''));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const url = `smtp://127.0.0.1:${address.port}`;
  const mailer = createSmtpMailer(testWorld(), { url, from: 'shop@shop.example', timeouts: patient });
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

const replyTo = (verb: string, offers: string): string =>
  ({ EHLO: hello(offers.split(' ')), DATA: '354 go on\r\n', QUIT: '221 bye\r\n' })[verb] ?? '250 ok\r\n';

const hello = (offers: readonly string[]): string =>
  [...offers.map((offer) => `250-${offer}\r\n`), '250 HELP\r\n'].join('');

/** Cut in the middle, as a network may. */
const inPieces = (socket: Socket, text: string): void => {
  const middle = Math.floor(text.length / 2);
  socket.write(text.slice(0, middle));
  setImmediate(() => socket.write(text.slice(middle)));
};

describe('a conversation', () => {
  test.concurrent('has its envelope in one piece where the server pipelines', async () => {
    const { pieces, mailer, close } = await laconic('PIPELINING');
    expect(await mailer.send(mailOf(1))).toEqual({ kind: 'accepted' });
    await close();
    const [, envelope = '', content = ''] = pieces;
    expect(envelope).toMatch(/^MAIL FROM:<.+>\r\nRCPT TO:<.+>\r\nDATA\r\n$/);
    expect(content).toEndWith('\r\n.\r\n');
  });

  test.concurrent('is one piece, with its content by its length, where the server takes it so', async () => {
    const { pieces, mailer, close } = await laconic('PIPELINING CHUNKING SMTPUTF8');
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

  test.concurrent('tells the first refusal of a mail that went out whole', async () => {
    const refusals = { RCPT: '550 no\r\n', BDAT: '503 nobody to give it to\r\n' };
    const { mailer, close } = await laconic('PIPELINING CHUNKING', refusals);
    expect(await mailer.send(mailOf(1))).toEqual({
      kind: 'rejected',
      reason: 'the mail server answered RCPT TO with 550 no',
    });
    await close();
  });

  test.concurrent('does not repeat by itself what a server may have taken before it was lost', async () => {
    const answers: Record<string, string> = {};
    const { pieces, mailer, close } = await laconic('PIPELINING CHUNKING', answers);
    expect(await mailer.send(mailOf(1))).toEqual({ kind: 'accepted' });
    answers.BDAT = 'drop';
    expect(await mailer.send(mailOf(2))).toMatchObject({ kind: 'deferred' });
    await close();
    expect(pieces.filter((piece) => piece.includes('BDAT'))).toHaveLength(2);
  });

  test.concurrent('is over where the server says more than it was asked', async () => {
    const answers: Record<string, string> = { BDAT: '250 taken\r\n421 that is enough\r\n' };
    const { pieces, mailer, close } = await laconic('PIPELINING CHUNKING', answers);
    expect(await mailer.send(mailOf(1))).toEqual({ kind: 'accepted' });
    answers.BDAT = '552 too large\r\n';
    expect(await mailer.send(mailOf(2))).toMatchObject({ kind: 'rejected' });
    await close();
    expect(pieces.filter((piece) => piece.startsWith('EHLO'))).toHaveLength(2);
  });

  test.concurrent('has one command after another where it does not', async () => {
    const { pieces, mailer, close } = await laconic('8BITMIME');
    expect(await mailer.send(mailOf(1))).toEqual({ kind: 'accepted' });
    await close();
    expect(pieces.slice(1, 4).map((piece) => piece.slice(0, 4))).toEqual(['MAIL', 'RCPT', 'DATA']);
  });

  test.concurrent('says that an address is wide where the server knows such', async () => {
    const { pieces, mailer, close } = await laconic('SMTPUTF8');
    expect(await mailer.send(mailOf(1, { to: 'hậu@example.com' }))).toEqual({ kind: 'accepted' });
    await close();
    expect(pieces[1]).toEndWith('> SMTPUTF8\r\n');
    expect(pieces[2]).toBe('RCPT TO:<hậu@example.com>\r\n');
  });

  test.concurrent('brings no content where the recipient was refused and DATA was not', async () => {
    const { pieces, mailer, close } = await laconic('PIPELINING', { RCPT: '550-no\r\n550 hộp thư\r\n' });
    expect(await mailer.send(mailOf(1))).toEqual({
      kind: 'rejected',
      reason: 'the mail server answered RCPT TO with 550-no 550 hộp thư',
    });
    await close();
    expect(pieces.join('')).not.toContain('Subject');
  });

  test.concurrent('doubles a dot at the start of a line, which would end the mail', async () => {
    const { pieces, url, close } = await laconic('PIPELINING');
    const { signal } = new AbortController();
    const session = (await openSession(serverAt(url, patient), systemTimer, signal))._unsafeUnwrap();
    const mail = { from: 'a@shop.example', to: 'b@shop.example', message: 'Subject: x\r\n\r\n.\r\n.b\r\n' };
    expect(await session.send(mail, signal)).toBeNull();
    await session.quit();
    await close();
    expect(pieces[2]).toBe('Subject: x\r\n\r\n..\r\n..b\r\n.\r\n');
  });

  test.concurrent(
    'goes the same way with a server that wants one command at a time',
    withSink(
      async (sink, mailerFor) => {
        const mailer = mailerFor(sink.url);
        sink.behave([{ at: 'rcpt', code: 550 }]);
        expect(await mailer.send(mailOf(1))).toMatchObject({ kind: 'rejected' });
        expect(await mailer.send(mailOf(2))).toEqual({ kind: 'accepted' });
        expect(sink.mails).toHaveLength(1);
      },
      { oneByOne: true },
    ),
  );
});
