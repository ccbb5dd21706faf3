import { describe, expect, test } from 'bun:test';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { createSmtpMailer } from '../../adapters/smtp/mailer.ts';
import { parseServerUrl } from '../../adapters/smtp/server.ts';
import { openSession } from '../../adapters/smtp/session.ts';
import { systemTimer } from '../../adapters/system/timer.ts';
import { waitTurns } from '../timer.ts';
import { createTestWorld } from '../world.ts';
import { mailOf } from './mails.ts';
import { longTimeouts, withSink } from './withSink.ts';

/**
 * A minimal server that keeps the commands and the contents that it gets. It accepts every command, unless `replies`
 * has another reply for its first four letters, or for `CONTENT`. `extensions` are those of its reply to EHLO,
 * separated by spaces. The reply `drop` closes the connection.
 */
const startMinimalServer = async (extensions: string, replies: Readonly<Record<string, string>> = {}) => {
  const commands: string[] = [];
  const contents: string[] = [];
  const server = createServer((socket) => {
    let content: string[] | null = null;
    let rest = '';
    const reply = (key: string, usual: string) => {
      const text = replies[key] ?? usual;
      if (text === 'drop') socket.destroy();
      // What comes in one piece must not depend on the network where a test is about more than one reply.
      else if (key === 'CONTENT') socket.write(text);
      else writeInPieces(socket, text);
      return text;
    };
    socket.write('220 minimal\r\n');
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      const lines = (rest + chunk).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines)
        if (content === null) {
          commands.push(line);
          const verb = line.slice(0, 4).toUpperCase();
          if (reply(verb, replyTo(verb, extensions)).startsWith('354')) content = [];
        } else if (line !== '.') content.push(line);
        else {
          if (content.length > 0) contents.push(content.join('\r\n'));
          content = null;
          reply('CONTENT', '250 accepted\r\n');
        }
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
    poolSize: 1,
  });
  return {
    commands,
    contents,
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
  socket.write(text.slice(middle));
};

describe('SMTP conversations', () => {
  for (const extensions of ['PIPELINING', '8BITMIME'])
    test.concurrent(`The failure of a mail is the first rejection (${extensions})`, async () => {
      const rejections = { RCPT: '550 no\r\n', DATA: '503 no recipient\r\n' };
      const { mailer, close } = await startMinimalServer(extensions, rejections);
      expect(await mailer.send(mailOf(1))).toEqual({
        kind: 'rejected',
        reason: 'the mail server answered RCPT TO with 550 no',
      });
      await close();
    });

  test.concurrent('The mailer does not send a mail again that a lost server may have accepted', async () => {
    const replies: Record<string, string> = {};
    const { contents, mailer, close } = await startMinimalServer('PIPELINING', replies);
    expect(await mailer.send(mailOf(1))).toEqual({ kind: 'accepted' });
    replies.CONTENT = 'drop';
    expect(await mailer.send(mailOf(2))).toMatchObject({ kind: 'deferred' });
    await close();
    expect(contents).toHaveLength(2);
  });

  test.concurrent('A mail whose content was not sent goes over another connection', async () => {
    const replies: Record<string, string> = {};
    const { commands, contents, mailer, close } = await startMinimalServer('8BITMIME', replies);
    expect(await mailer.send(mailOf(1))).toEqual({ kind: 'accepted' });
    replies.RCPT = 'drop';
    const second = mailer.send(mailOf(2));
    while (commands.filter((line) => line.startsWith('RCPT')).length < 2) await waitTurns(1);
    replies.RCPT = '250 ok\r\n';
    expect(await second).toEqual({ kind: 'accepted' });
    await close();
    expect(contents).toHaveLength(2);
    expect(commands.filter((line) => line.startsWith('EHLO'))).toHaveLength(2);
  });

  for (const extensions of ['PIPELINING', '8BITMIME'])
    for (const extra of ['421 too many mails', '250 accepted', '250 accepted\r\n250 accepted'])
      test.concurrent(`A session ends if the server sends ${JSON.stringify(extra)} too much (${extensions})`, async () => {
        let contents = 0;
        const replies = {
          get CONTENT() {
            return contents++ === 0 ? `250 accepted\r\n${extra}\r\n` : '552 too large\r\n';
          },
        };
        const { commands, mailer, close } = await startMinimalServer(extensions, replies);
        // The second mail waits for the connection of the first one.
        const outcomes = await Promise.all([1, 2].map((number) => mailer.send(mailOf(number))));
        expect(outcomes.map(({ kind }) => kind)).toEqual(['accepted', 'rejected']);
        await close();
        expect(commands.filter((line) => line.startsWith('EHLO'))).toHaveLength(2);
      });

  test.concurrent('An envelope with a UTF-8 address says so if the server supports it', async () => {
    const { commands, mailer, close } = await startMinimalServer('SMTPUTF8');
    expect(await mailer.send(mailOf(1, { to: 'hậu@example.com' }))).toEqual({ kind: 'accepted' });
    await close();
    expect(commands[1]).toEndWith('> SMTPUTF8');
    expect(commands[2]).toBe('RCPT TO:<hậu@example.com>');
  });

  test.concurrent('A server without SMTPUTF8 gets no UTF-8 address, and the next mail all the same', async () => {
    const { commands, mailer, close } = await startMinimalServer('PIPELINING');
    expect(await mailer.send(mailOf(1))).toEqual({ kind: 'accepted' });
    expect(await mailer.send(mailOf(2, { to: 'dörte@example.com' }))).toEqual({
      kind: 'rejected',
      reason: 'the mail server takes no address with characters beyond ASCII: it has no SMTPUTF8 (EUTF8)',
    });
    expect(await mailer.send(mailOf(3, { to: 'dorte@münchen.example' }))).toEqual({ kind: 'accepted' });
    await close();
    expect(commands.filter((line) => line.startsWith('RCPT')).slice(1)).toEqual([
      'RCPT TO:<dorte@xn--mnchen-3ya.example>',
    ]);
  });

  test.concurrent('A mail waits if its sender is a UTF-8 address and the server has no SMTPUTF8', async () => {
    const { commands, url, close } = await startMinimalServer('PIPELINING');
    const mailer = createSmtpMailer(createTestWorld(), { url, from: 'đông@shop.example' });
    expect(await mailer.send(mailOf(1))).toMatchObject({ kind: 'unavailable' });
    await mailer.close();
    await close();
    expect(commands.join('')).not.toContain('MAIL FROM');
  });

  test.concurrent('No content is sent if the recipient is rejected, even if DATA is accepted', async () => {
    const { contents, mailer, close } = await startMinimalServer('PIPELINING', {
      RCPT: '550-no\r\n550 hộp thư\r\n',
    });
    expect(await mailer.send(mailOf(1))).toEqual({
      kind: 'rejected',
      reason: 'the mail server answered RCPT TO with 550-no 550 hộp thư',
    });
    await close();
    expect(contents).toEqual([]);
  });

  test.concurrent('A dot at the start of a line is doubled, since it would end the mail', async () => {
    const { contents, url, close } = await startMinimalServer('PIPELINING');
    const { signal } = new AbortController();
    const session = (
      await openSession(parseServerUrl(url, longTimeouts), systemTimer, signal)
    )._unsafeUnwrap();
    const message = Buffer.from('Subject: x\r\n\r\n.\r\n.b\r\n');
    expect(await session.send({ from: 'a@shop.example', to: 'b@shop.example', message }, signal)).toBeNull();
    await session.quit();
    await close();
    expect(contents).toEqual(['Subject: x\r\n\r\n..\r\n..b']);
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
